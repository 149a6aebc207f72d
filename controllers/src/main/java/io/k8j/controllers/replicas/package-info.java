/**
 * ReplicaSets and ReplicationControllers.
 *
 * <ol>
 *   <li>A change of an owner or of its Pods puts the owner's key into the queue.
 *   <li>The Pods are claimed: orphans adopted, strangers released.
 *   <li>{@code ReplicaPlan} says how many to create or which to delete; expectations hold back a second plan until the copy shows the first.
 *   <li>Batches of 1, 2, 4, … calls carry it out; then the status is written.
 * </ol>
 */
package io.k8j.controllers.replicas;
