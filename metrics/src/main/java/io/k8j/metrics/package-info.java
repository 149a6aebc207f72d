/**
 * What nodes and Pods use, as upstream's metrics-server measures it.
 *
 * <ol>
 *   <li>{@code MetricsServer} lists the Nodes every 15 seconds and asks their kubelets, each on a virtual thread
 *       ({@code KubeletClient}, HTTPS).
 *   <li>{@code ResourceText} reads the answer, Prometheus' text form, into {@code Points}.
 *   <li>{@code PointStore} keeps the last two points of each container and node, from which a rate follows. What is not in the
 *       newest round is forgotten, so nothing grows.
 *   <li>{@code MeasuredUsage} answers the API server's questions ({@link io.k8j.model.usage.UsageSource}). Light nodes have
 *       no kubelet: what their Pods use is said by annotations ({@code PlayedUsage}), read when somebody asks.
 * </ol>
 */
package io.k8j.metrics;
