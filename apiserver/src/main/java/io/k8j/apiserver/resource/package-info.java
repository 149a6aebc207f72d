/**
 * What is served.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.resource.ResourceTable} finds a {@link io.k8j.apiserver.resource.ServedResource}: one
 *       resource in one version, with its schema and printer.
 *   <li>Versions that share objects share a {@link io.k8j.apiserver.resource.StoredResource} and translate at the edge
 *       with a {@link io.k8j.apiserver.resource.VersionConverter}.
 *   <li>{@link io.k8j.apiserver.resource.ObjectCodec} makes an object of what a client sent.
 * </ol>
 */
package io.k8j.apiserver.resource;
