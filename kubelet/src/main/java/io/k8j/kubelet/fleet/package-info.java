/**
 * Thousands of nodes played by one component: no containers, no thread per node.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.fleet.Fleet} watches Nodes and Pods of any cluster. {@code NodeRoster} knows which nodes are
 *       its own to play; Pods of nodes that are not known yet wait there.
 *   <li>{@code StagePlayer} keeps the newest version of each object that has a stage before it. A worker (of a bounded
 *       number of virtual threads) chooses the stage; {@code Wheel} waits for its delay; a worker carries out its steps.
 *       What matches no stage is not kept.
 *   <li>{@code StepWriter} renders templates with {@code StageFunctions} and writes patches, events and deletions.
 *   <li>{@code NodeLeases} renews a lease for each node on the same wheel.
 *   <li>{@code NodeMaker} creates the nodes that are wanted.
 * </ol>
 */
package io.k8j.kubelet.fleet;
