/**
 * The way to an API server in another process.
 *
 * <ol>
 *   <li>{@link io.k8j.client.https.Kubeconfig} says which server, whom to trust and who asks; a user's program is run by
 *       {@link io.k8j.client.https.ExecCredentials}, which keeps what it printed until it expires.
 *   <li>{@link io.k8j.client.https.ServerAccess} is that as values, {@link io.k8j.client.https.TlsContexts} makes it ready
 *       for connections.
 *   <li>{@link io.k8j.client.https.HttpsTransport} sends {@code ApiCall}s by the JDK's HTTP client: answers are read whole,
 *       lists in slices ({@code JsonSlices}), watches line by line ({@code WatchLines}) on a virtual thread each.
 *   <li>{@link io.k8j.client.https.DiscoveryCatalog} asks the server where each kind is.
 * </ol>
 */
package io.k8j.client.https;
