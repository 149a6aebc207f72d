package io.k8j.apiserver.http;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Set;

/** What clients are warned of for asking for a resource at all. Pure. */
final class Deprecations {
    private static final GroupVersionResource ENDPOINTS = new GroupVersionResource("", "v1", "endpoints");

    /** Whoever writes is warned by the resource's own rules. */
    private static final Set<Verb> READS = Set.of(Verb.GET, Verb.LIST, Verb.WATCH);

    private Deprecations() {}

    static List<String> of(ServedResource resource, Verb verb) {
        if (resource.custom() != null && resource.custom().deprecation() != null) {
            return List.of(resource.custom().deprecation());
        }
        return READS.contains(verb) && resource.gvr().equals(ENDPOINTS)
                ? List.of("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
                : List.of();
    }
}
