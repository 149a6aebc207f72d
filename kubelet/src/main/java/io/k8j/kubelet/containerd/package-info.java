/**
 * Our own containerd.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.containerd.ContainerdConfig} says where it keeps its things; {@code toml()} is its file.
 *   <li>{@link io.k8j.kubelet.containerd.CniConfig} describes the Pod network to it.
 *   <li>{@link io.k8j.kubelet.containerd.ContainerdProcess} takes a running one up or starts it, imports
 *       {@link io.k8j.kubelet.containerd.PauseImage} and starts it again when it dies (one virtual thread).
 *   <li>{@link io.k8j.kubelet.containerd.ImageImporter} brings further images in from archives.
 * </ol>
 */
package io.k8j.kubelet.containerd;
