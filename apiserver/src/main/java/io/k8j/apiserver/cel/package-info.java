/**
 * What CEL has only in an API server; the language itself is {@code io.k8j.model.cel}.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.cel.ServerLanguage} is CEL with questions to the authorizer.
 *   <li>{@link io.k8j.apiserver.cel.MadeTypes} lets mutating policies make objects and JSON patches;
 *       {@link io.k8j.apiserver.cel.MadeObject} is what they made.
 * </ol>
 */
package io.k8j.apiserver.cel;
