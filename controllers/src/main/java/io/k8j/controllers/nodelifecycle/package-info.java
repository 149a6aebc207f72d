/**
 * Life of nodes.
 *
 * <ol>
 *   <li>{@code NodeHealth} compares signs of life each five seconds and sets conditions to Unknown.
 *   <li>{@code NodeTaints} turns conditions into taints; {@code ZoneLimits} slows evictions.
 *   <li>{@code TaintEvictionController} deletes Pods when {@code Tolerations} says their time is over.
 * </ol>
 */
package io.k8j.controllers.nodelifecycle;
