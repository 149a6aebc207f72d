/**
 * Jobs.
 *
 * <ol>
 *   <li>Each Pod bears a finalizer, so that it cannot vanish uncounted.
 *   <li>{@code JobTally} counts and notes ended Pods ({@code uncountedTerminatedPods}), {@code JobEnd} says whether the Job is
 *       over, {@code JobPlan} decides on creations, deletions and the status.
 *   <li>When the status is written the finalizers go; the next run turns notes into numbers.
 * </ol>
 */
package io.k8j.controllers.job;
