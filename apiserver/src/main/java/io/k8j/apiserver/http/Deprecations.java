package io.k8j.apiserver.http;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;

/** What clients are warned of for asking for a resource at all. Pure. */
final class Deprecations {
    private static final GroupVersionResource ENDPOINTS = new GroupVersionResource("", "v1", "endpoints");

    private Deprecations() {}

    static List<String> of(ServedResource resource) {
        if (resource.custom() != null && resource.custom().deprecation() != null) {
            return List.of(resource.custom().deprecation());
        }
        return resource.gvr().equals(ENDPOINTS)
                ? List.of("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
                : List.of();
    }
}
