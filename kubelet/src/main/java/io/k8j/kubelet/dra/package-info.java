/**
 * Devices for Pods (dynamic resource allocation) on the node: {@link io.k8j.kubelet.dra.Drivers} knows the drivers that
 * have registered; {@link io.k8j.kubelet.dra.DynamicResources} has them prepare what a Pod's claims were allocated, keeps
 * what they answered in {@link io.k8j.kubelet.dra.ClaimStates}, and has it undone after the Pod.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/">Devices</a>
 */
package io.k8j.kubelet.dra;
