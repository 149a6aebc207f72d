/**
 * Containers' logs, in the form that CRI gives them: {@link io.k8j.kubelet.logs.LogReader} copies one to a client,
 * {@link io.k8j.kubelet.logs.LogTail} reads its end, {@link io.k8j.kubelet.logs.LogRotation} keeps it small.
 */
package io.k8j.kubelet.logs;
