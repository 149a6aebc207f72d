/**
 * Jobs.
 *
 * <ol>
 *   <li>Each Pod bears a finalizer, so that it cannot vanish uncounted.
 *   <li>{@code JobPlan} notes ended Pods in the status ({@code uncountedTerminatedPods}) and decides on creations, deletions and the end.
 *   <li>When the status is written the finalizers go; the next run turns notes into numbers.
 * </ol>
 */
package io.k8j.controllers.job;
