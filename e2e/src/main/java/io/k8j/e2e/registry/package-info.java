/**
 * A registry on loopback that stands in for docker.io.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.registry.TestRegistry} listens, routes the pull side of the OCI distribution API and counts
 *       what was asked for.
 *   <li>It reads manifests and blobs from an {@link io.k8j.e2e.images.ImageStore}; nothing can be pushed.
 *   <li>{@link io.k8j.e2e.registry.TestRegistry#writeHostsToml} makes containerd ask it instead of the real one.
 * </ol>
 */
package io.k8j.e2e.registry;
