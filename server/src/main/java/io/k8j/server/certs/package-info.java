/**
 * The cluster's own certificates.
 *
 * <ol>
 *   <li>{@link io.k8j.server.certs.CertificateAuthority} is founded once per data directory.
 *   <li>{@link io.k8j.server.certs.CertificateStore} keeps what it issued and replaces what is about to end, at start and
 *       then once a day while the server runs.
 *   <li>Servers ask for their TLS context per connection, so a renewed certificate is used at once.
 * </ol>
 */
package io.k8j.server.certs;
