/** The end of the node: its Pods get their time, those that keep the node going last. */
package io.k8j.kubelet.shutdown;
