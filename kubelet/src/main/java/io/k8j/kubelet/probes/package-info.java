/**
 * Probes and hooks of containers.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.probes.Probes} holds the results for one Pod and decides which probes run.
 *   <li>A {@code ProbeLoop} per probe repeats it: a timer starts a virtual thread for each run.
 *   <li>{@link io.k8j.kubelet.probes.Actions} carries a probe or hook out: a command through the runtime, HTTP, TCP or
 *       gRPC over the network.
 * </ol>
 */
package io.k8j.kubelet.probes;
