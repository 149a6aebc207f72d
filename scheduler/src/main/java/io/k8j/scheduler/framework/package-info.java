/**
 * What plugins implement and what they see.
 *
 * <ol>
 *   <li>{@link io.k8j.scheduler.framework.PodInfo} and {@link io.k8j.scheduler.framework.NodeInfo} hold a Pod and a node
 *       with what is asked of them again and again; {@link io.k8j.scheduler.framework.Nodes} holds all nodes, with
 *       amounts of resources in columns. They belong to the scheduling thread.
 *   <li>{@link io.k8j.scheduler.framework.Plugin} lists the extension points in running order.
 *   <li>A plugin answers with a {@link io.k8j.scheduler.framework.Status}, remembers things for one Pod in its
 *       {@link io.k8j.scheduler.framework.CycleState}, and says with {@link io.k8j.scheduler.framework.EventHint}s when a
 *       Pod that it refused is worth another look.
 *   <li>{@link io.k8j.scheduler.framework.Diagnosis} makes the user's sentence of the answers for all nodes.
 * </ol>
 */
package io.k8j.scheduler.framework;
