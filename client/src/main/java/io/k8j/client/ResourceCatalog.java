package io.k8j.client;

import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Set;

/**
 * Tells which resources the server has now, custom ones included. In process the registry answers; over HTTPS,
 * discovery does.
 */
@FunctionalInterface
public interface ResourceCatalog {
    /**
     * A served resource; subresources are not listed.
     *
     * @param resource its preferred version
     * @param kind kind of its objects
     * @param namespaced whether its objects live in namespaces
     * @param verbs lower-case verbs, such as {@code list} and {@code deletecollection}
     */
    record Entry(GroupVersionResource resource, String kind, boolean namespaced, Set<String> verbs) {}

    /**
     * All resources in their preferred versions; a new list when something has changed, so callers may ask often.
     *
     * @throws io.k8j.model.api.ApiException if a part of the answer is missing: then nobody may conclude that a resource
     *     is gone
     */
    List<Entry> resources();
}
