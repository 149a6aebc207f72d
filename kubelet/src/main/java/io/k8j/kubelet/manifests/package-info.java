/**
 * Static Pods: Pods that the node reads from files or a web server and runs whether there is an API or not.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.manifests.ManifestFiles} watches a file or a directory, {@link
 *       io.k8j.kubelet.manifests.ManifestUrl} asks a web server; {@link io.k8j.kubelet.manifests.StaticPod} makes Pods of
 *       what they read, a pure function; {@link io.k8j.kubelet.manifests.Manifests} puts them together.
 *   <li>{@link io.k8j.kubelet.pods.PodWorkers} runs them like those of the API, a changed one after its forerunner's end.
 *   <li>{@link io.k8j.kubelet.manifests.Mirrors} keeps an object in the API for each, which shows its status and can be
 *       deleted without any effect on the Pod.
 * </ol>
 */
package io.k8j.kubelet.manifests;
