/**
 * Finds devices for ResourceClaims: upstream's structured allocation.
 *
 * <ol>
 *   <li>{@link io.k8j.scheduler.devices.PublishedSlice} is a ResourceSlice as the search reads it, made once per version;
 *       {@link io.k8j.scheduler.devices.Inventory} holds all of them by node.
 *   <li>{@code Pools} picks the pools that a node can reach: newest generation, complete, without contradictions.
 *   <li>{@link io.k8j.scheduler.devices.Allocator} asks a {@code Search} for one node: an exhaustive search, one device
 *       after the other in the order of pools, slices and devices, that takes the first solution.
 *   <li>{@code Constraints}, {@code Capacities} and {@code Counters} refuse devices during the search; {@code Results}
 *       makes the allocation of what was found.
 *   <li>{@link io.k8j.scheduler.devices.InUse} holds what was allocated before.
 * </ol>
 *
 * Everything here belongs to the scheduling thread.
 */
package io.k8j.scheduler.devices;
