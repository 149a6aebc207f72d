/**
 * The whole cluster in one process. {@link io.k8j.server.Cluster} starts everything in the order that it writes down once,
 * by {@link io.k8j.server.ServerConfig}; {@link io.k8j.server.Closing} ends it in reverse order. {@link
 * io.k8j.server.ServerLock} keeps a second server from the same data directory, {@link io.k8j.server.ClusterFile} keeps what
 * a cluster cannot change.
 *
 * <ul>
 *   <li>{@code cli}: the commands and their flags.
 *   <li>{@code controlplane}: settings, certificates and wiring of store, API server, controllers and scheduler.
 *   <li>{@code node}: the kubelet, the container runtime, the cluster's DNS, and how to remove them again.
 *   <li>{@code install}: what the machine has and lacks.
 * </ul>
 */
package io.k8j.server;
