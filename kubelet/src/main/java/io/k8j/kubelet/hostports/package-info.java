/**
 * Host ports: traffic for a port of the node goes on to the Pod that asked for that port.
 *
 * <p>A Pod's worker tells {@link io.k8j.kubelet.hostports.HostPorts} which ports and address its Pod has; {@link
 * io.k8j.kubelet.hostports.HostPortRules} makes one nftables table of all of them (a pure function), which replaces the
 * one before in a single transaction.
 */
package io.k8j.kubelet.hostports;
