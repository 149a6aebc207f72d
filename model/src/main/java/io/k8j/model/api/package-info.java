/**
 * The interface between components and the API server, the same for a direct call and for HTTPS.
 *
 * <ol>
 *   <li>A component makes an {@link io.k8j.model.api.ApiCall} and hands it to its {@link io.k8j.model.api.ApiTransport}.
 *   <li>It gets an {@link io.k8j.model.api.ApiResponse}, or an {@link io.k8j.model.api.ApiException} where the server
 *       refuses (its mistakes are {@link io.k8j.model.api.FieldError}s), or a {@link
 *       io.k8j.model.api.TransportException} where none answers. A watch has a {@link io.k8j.model.api.WatchListener}.
 *   <li>Objects are {@link io.k8j.model.api.ApiObject}s: bytes, decoded at most once, shared and never changed.
 * </ol>
 */
package io.k8j.model.api;
