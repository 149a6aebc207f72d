/**
 * Images of the node: {@code Images} pulls what is missing, with the Pod's secrets ({@code PullSecrets}), later and later
 * after failures ({@code CrashBackoff}); {@code PulledImages} remembers who may use what was pulled. {@code StartClock}
 * measures a Pod's start, of which pulling is a part.
 */
package io.k8j.kubelet.pods.images;
