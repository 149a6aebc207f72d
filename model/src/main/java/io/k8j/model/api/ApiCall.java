package io.k8j.model.api;

import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;

/**
 * One request for a resource, independent of how it travels.
 *
 * @param verb what to do
 * @param resource the resource's group, version and plural
 * @param namespace empty for cluster resources and for all namespaces
 * @param name empty for collections and for create
 * @param subresource {@code status}, {@code scale}, {@code binding}, …; empty for the resource itself
 * @param query the query parameters as a URL would carry them ({@code labelSelector}, {@code resourceVersion},
 *     {@code fieldManager}, {@code dryRun}, …), not encoded
 * @param contentType media type of a patch ({@code application/merge-patch+json}, …); null otherwise
 * @param body for create, update, patch and delete options: a tree of plain maps, lists and scalars, or null. The
 *     receiver does not change it
 */
public record ApiCall(
        Verb verb,
        GroupVersionResource resource,
        String namespace,
        String name,
        String subresource,
        Map<String, String> query,
        String contentType,
        Object body) {
    public ApiCall {
        query = Map.copyOf(query);
    }
}
