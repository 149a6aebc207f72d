/**
 * The node agent's own HTTPS API.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.server.KubeletServer} listens; Netty's event loop frames requests.
 *   <li>{@code RequestHandler} hands each to a virtual thread; {@code Access} asks who it is and whether they may.
 *   <li>{@code Routes} answers: {@code ContainerLogs}, {@code Stats}, lists of Pods.
 *   <li>For exec, attach and port forwarding it asks the runtime for a URL and {@code Streams} passes bytes through.
 * </ol>
 */
package io.k8j.kubelet.server;
