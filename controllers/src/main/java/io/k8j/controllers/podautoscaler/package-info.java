/**
 * The HorizontalPodAutoscaler, as upstream's pkg/controller/podautoscaler.
 *
 * <ol>
 *   <li>{@code AutoscalerController} looks at each autoscaler every 15 seconds, and no earlier.
 *   <li>{@code ScaleTargets} finds its target's kind among all that are served and reads its {@code scale}.
 *   <li>{@code Selectors} refuses a target whose Pods another autoscaler has as well.
 *   <li>{@code MetricReader} asks metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io, whoever serves them;
 *       {@code ReplicaMath} makes a number of replicas of the samples ({@code PodGroups}, {@code PodRequests});
 *       {@code Evaluation} does so for all metrics and takes the largest.
 *   <li>{@code Normalization} holds that number within the limits and the behaviour, by what {@code ScaleHistory}
 *       remembers.
 *   <li>The controller writes the scale, the status ({@code Conditions}) and Events.
 * </ol>
 */
package io.k8j.controllers.podautoscaler;
