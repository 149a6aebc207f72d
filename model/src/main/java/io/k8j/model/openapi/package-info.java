/**
 * The API's description of itself, for clients, {@code explain} and validation.
 *
 * <ol>
 *   <li>{@link io.k8j.model.openapi.OpenApiDocuments} answers for {@code /openapi/v3} and {@code /openapi/v2}; it keeps
 *       bytes once made as long as memory allows.
 *   <li>{@code DocumentBuilder} puts a document together: {@code PathRenderer} makes the paths of each resource, {@code
 *       SchemaRenderer} every type they reach.
 *   <li>Custom resources bring their schema as a tree and take the same way.
 * </ol>
 */
package io.k8j.model.openapi;
