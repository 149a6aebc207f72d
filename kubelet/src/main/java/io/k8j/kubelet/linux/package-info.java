/** System calls and file trees: {@link io.k8j.kubelet.linux.Linux}, {@link io.k8j.kubelet.linux.FileTrees}. */
package io.k8j.kubelet.linux;
