/**
 * A component's way to the API: typed calls, local copies, queues.
 *
 * <ol>
 *   <li>{@link io.k8j.client.Client} and {@link io.k8j.client.Resources} turn typed calls into {@code ApiCall}s for a
 *       transport: a direct one of the API server, or {@link io.k8j.client.https.HttpsTransport}.
 *   <li>An {@link io.k8j.client.Informer} lists and watches on its own virtual thread, keeps the copy and its indexes,
 *       and then calls handlers; {@link io.k8j.client.InformerFactory} shares informers.
 *   <li>Handlers put keys into a {@link io.k8j.client.WorkQueue} (unbounded, but each key is in it once).
 *   <li>{@link io.k8j.client.ControllerLoop}: workers take keys, call the {@link io.k8j.client.Reconciler}, and its
 *       {@link io.k8j.client.Outcome} says whether and when the key comes again.
 *   <li>{@link io.k8j.client.Expectations} bridge the time between a write and its appearance in the copy.
 *   <li>{@link io.k8j.client.EventBroadcaster}: recorders put occurrences into a queue of 1,000; one virtual thread
 *       correlates and writes them.
 * </ol>
 */
package io.k8j.client;
