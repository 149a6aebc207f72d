/**
 * Finds out who makes a request.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.authn.Authentication} asks its authenticators in order; the first that recognises the
 *       {@link io.k8j.apiserver.authn.Credentials} wins.
 *   <li>{@link io.k8j.apiserver.authn.ClientCertificates}: the certificate of the TLS connection.
 *   <li>{@link io.k8j.apiserver.authn.StaticTokens}, {@link io.k8j.apiserver.authn.ServiceAccountTokens}: the bearer
 *       token.
 *   <li>Nobody recognised and nothing presented: {@code system:anonymous}. Something presented but wrong: 401.
 * </ol>
 */
package io.k8j.apiserver.authn;
