/**
 * The node agent.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.Kubelet} wires its parts by the settings of {@link io.k8j.kubelet.KubeletConfig}.
 *   <li>{@code containerd} and {@code cri}: the runtime; {@code runtime}: one without containers.
 *   <li>{@code node}: the node's object, lease and housekeeping. {@code pods}: its Pods; {@code probes},
 *       {@code volumes}, {@code logs} and {@code linux} serve it.
 *   <li>{@code server}: logs, exec, attach, port forwarding and statistics for the API server, over HTTPS.
 * </ol>
 */
package io.k8j.kubelet;
