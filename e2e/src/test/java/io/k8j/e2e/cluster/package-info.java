/**
 * The cluster under test, as a process like a user's.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.cluster.K8jServer} starts {@code ./k8j server} with directories, ports and address ranges of
 *       its own, and stops or kills it.
 *   <li>{@link io.k8j.e2e.cluster.SharedCluster} has one of them for all tests of a JVM, with the test images and the
 *       registry that stands in for docker.io.
 *   <li>{@link io.k8j.e2e.cluster.ApiClient} speaks to it over HTTPS with the credentials of a
 *       {@link io.k8j.e2e.cluster.Kubeconfig}.
 *   <li>{@link io.k8j.e2e.cluster.Leftovers} looks for what a stopped server should have taken along.
 * </ol>
 */
package io.k8j.e2e.cluster;
