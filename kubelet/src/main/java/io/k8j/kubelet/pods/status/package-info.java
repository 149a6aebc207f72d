/**
 * What is told about Pods: {@code PodStatuses} works out a whole status, a pure function; {@code StatusWriter} writes it if
 * it has changed; {@code PodEvents} tells what happens.
 */
package io.k8j.kubelet.pods.status;
