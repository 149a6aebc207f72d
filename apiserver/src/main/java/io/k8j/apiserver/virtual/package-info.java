/**
 * Resources that are answered and forgotten.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.virtual.AccessReviews} asks the authorizer for somebody.
 *   <li>{@link io.k8j.apiserver.virtual.IdentityReviews} says who a token or the caller is.
 *   <li>{@link io.k8j.apiserver.virtual.ComponentStatuses} lists what old clients ask for.
 * </ol>
 */
package io.k8j.apiserver.virtual;
