/**
 * Volumes of Pods.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.volumes.PodVolumes} makes each volume of a Pod ready or brings it up to date.
 *   <li>{@code Payloads} works out the files of ConfigMap, Secret, downward API and projected volumes from what
 *       {@link io.k8j.kubelet.volumes.ObjectSource} knows of the API.
 *   <li>{@code AtomicWriter} replaces them all at once; {@code HostPaths} checks what lies on the node.
 * </ol>
 */
package io.k8j.kubelet.volumes;
