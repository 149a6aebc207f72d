/**
 * The node as an object of the API.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.node.NodeFacts} works out the status from {@link io.k8j.kubelet.node.Machine} and the
 *       runtime.
 *   <li>{@link io.k8j.kubelet.node.NodeAgent} registers the node and writes the status when it changes (one virtual
 *       thread), renews the lease (another), and tells of the address range.
 *   <li>{@link io.k8j.kubelet.node.Housekeeping} rotates logs and removes unused images.
 * </ol>
 */
package io.k8j.kubelet.node;
