/**
 * The door to the container runtime.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.cri.ContainerRuntime} is CRI v1 as a blocking Java interface.
 *   <li>{@link io.k8j.kubelet.cri.CriRuntime} carries each call over gRPC and the runtime's Unix socket; the messages
 *       (package {@code v1}) are compiled from {@code src/main/protobuf} at build time.
 *   <li>Refusals come back as {@link io.k8j.kubelet.cri.RuntimeFailure}, worded as Go programs word them.
 *   <li>Starts and exits come by {@link io.k8j.kubelet.cri.ContainerRuntime#watch} on threads of the client.
 * </ol>
 */
package io.k8j.kubelet.cri;
