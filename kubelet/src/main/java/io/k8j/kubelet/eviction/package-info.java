/**
 * Eviction by the node: when memory, disk, inodes or process ids run short, or a Pod takes more of the disk than it may,
 * Pods are ended so that the others go on.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.eviction.PressureRelief} has the node measured: an {@link Observation} for each
 *       {@link Signal}.
 *   <li>{@code Pressure} compares them with the thresholds of {@link io.k8j.kubelet.eviction.EvictionConfig}, remembers
 *       since when each is met, and says which conditions the Node has and which thresholds are due.
 *   <li>{@code PodUses} measures Pods; {@code StorageLimits} decides who exceeds its own limits, {@code Ranking} who goes
 *       first for the node's sake, and both in what words.
 * </ol>
 */
package io.k8j.kubelet.eviction;
