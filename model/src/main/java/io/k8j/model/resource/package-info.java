/**
 * Which resources there are. Nothing here knows how they are handled.
 *
 * <ol>
 *   <li>A request's path gives a {@link io.k8j.model.resource.GroupVersionResource}.
 *   <li>{@link io.k8j.model.resource.ResourceRegistry} gives its {@link io.k8j.model.resource.ResourceInfo}: kind,
 *       scope, verbs, subresources, what discovery shows.
 *   <li>The {@link io.k8j.model.resource.GroupVersionKind} leads to the schema and to the typed class.
 * </ol>
 */
package io.k8j.model.resource;
