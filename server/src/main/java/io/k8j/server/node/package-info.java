/**
 * This machine as a node. {@link io.k8j.server.node.NodeComponents} starts the container runtime and the kubelet by {@link
 * io.k8j.server.node.KubeletSettings}; {@link io.k8j.server.node.DnsAccount} gives the cluster's DNS its rights and {@link
 * io.k8j.server.node.DnsProbe} asks it once it serves. {@link io.k8j.server.node.NodeCleanup} removes all of it from the
 * machine again.
 */
package io.k8j.server.node;
