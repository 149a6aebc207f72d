/**
 * What every cluster has from the beginning.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.bootstrap.Bootstrap} creates what is missing at each start, through the API: system
 *       namespaces, priority classes, the ServiceCIDR, the Service {@code kubernetes} and its endpoints.
 * </ol>
 */
package io.k8j.apiserver.bootstrap;
