/**
 * What the runtime has of a Pod ({@code RuntimeReader} reads a {@code RuntimePod}), and what is to be done next ({@code
 * PodPlan}, {@code WholeRestart}): pure functions of both.
 */
package io.k8j.kubelet.pods.plan;
