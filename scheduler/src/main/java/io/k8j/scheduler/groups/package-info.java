/**
 * Pods that are scheduled together.
 *
 * <ol>
 *   <li>{@link io.k8j.scheduler.groups.PodGroups} knows the PodGroups and the Pods that name them.
 *   <li>The plugin GangScheduling keeps Pods out of the queue until their gang can be complete.
 *   <li>The scheduling thread takes all waiting Pods of a group out of the queue at once, tries them one after the other on
 *       the nodes as they would be then, and binds all or none.
 * </ol>
 */
package io.k8j.scheduler.groups;
