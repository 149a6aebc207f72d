/**
 * Paths under an object, and resources that are answered but not kept.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.subresource.Subresources} finds the handler by resource, path and verb.
 *   <li>A handler reads or changes the object through the flows of {@code io.k8j.apiserver.verb}.
 * </ol>
 */
package io.k8j.apiserver.subresource;
