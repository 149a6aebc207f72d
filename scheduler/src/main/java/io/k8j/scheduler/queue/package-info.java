/**
 * Decides which Pod comes next.
 *
 * <ol>
 *   <li>{@link io.k8j.scheduler.queue.SchedulingQueue#put} takes a Pod; gated ones stay aside.
 *   <li>{@link io.k8j.scheduler.queue.SchedulingQueue#poll} hands out the first ready one.
 *   <li>A refused Pod waits for a change that its refusers find helpful, a failed one for its pause.
 * </ol>
 *
 * Everything here belongs to the scheduling thread; the sizes are the numbers of pending Pods.
 */
package io.k8j.scheduler.queue;
