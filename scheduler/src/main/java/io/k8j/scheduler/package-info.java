/**
 * The scheduler: gives each Pod without a node the best one that fits.
 *
 * <ol>
 *   <li>{@link io.k8j.scheduler.ClusterFeed}: informers of Pods and nodes post changes to an unbounded inbox.
 *   <li>{@link io.k8j.scheduler.SchedulingLoop}: one platform thread owns all state; it takes in changes and then the next
 *       Pod of the {@link io.k8j.scheduler.queue.SchedulingQueue}.
 *   <li>{@link io.k8j.scheduler.Placement} runs the plugins of the Pod's {@link io.k8j.scheduler.Profile} over the nodes.
 *   <li>The Pod is assumed on its node ({@link io.k8j.scheduler.AssignedPods}), and
 *       {@link io.k8j.scheduler.PodWriter} binds it on a virtual thread (256 at a time).
 *   <li>A Pod that fits nowhere gets its condition and event, and waits in the queue for a change that helps.
 * </ol>
 */
package io.k8j.scheduler;
