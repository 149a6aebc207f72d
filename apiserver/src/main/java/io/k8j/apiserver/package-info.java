/**
 * The API server's core.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.ApiServerCore#call} asks the authorizer, finds the resource in {@link
 *       io.k8j.apiserver.resource.ResourceTable} and the handler of the verb or subresource.
 *   <li>Reads come from {@code io.k8j.apiserver.cache}, writes go through {@code io.k8j.apiserver.verb}.
 *   <li>{@link io.k8j.apiserver.DirectTransport} is the way in for components of this process; the HTTP layer is the
 *       other one. Both hand over trees and get shared objects back.
 * </ol>
 */
package io.k8j.apiserver;
