/**
 * System calls, file trees and the kernel's log: {@link io.k8j.kubelet.linux.Linux}, {@link
 * io.k8j.kubelet.linux.FileTrees}, {@link io.k8j.kubelet.linux.OutOfMemoryKills}.
 */
package io.k8j.kubelet.linux;
