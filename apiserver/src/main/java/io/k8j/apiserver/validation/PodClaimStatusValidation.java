package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks which claims a Pod's status says were made for it. */
final class PodClaimStatusValidation {
    private PodClaimStatusValidation() {}

    static void check(Findings f, Place pod) {
        made(f, pod.at("status", "resourceClaimStatuses"), pod.at("spec", "resourceClaims"));
        Place extended = pod.at("status", "extendedResourceClaimStatus");
        if (extended.present()) {
            extended(f, extended, pod.field("spec"));
        }
    }

    private static void made(Findings f, Place statuses, Place claims) {
        Set<String> known = new HashSet<>();
        claims.items().forEach(claim -> known.add(claim.text("name")));
        Set<String> seen = new HashSet<>();
        for (Place status : statuses.items()) {
            Place name = status.field("name");
            if (!known.contains(name.text())) {
                f.invalid(name, name.text(), "must match the name of an entry in `spec.resourceClaims`");
            }
            if (!seen.add(name.text())) {
                f.duplicate(name, name.text());
            }
            if (status.field("resourceClaimName").present()) {
                Meta.dnsSubdomain(f, status.field("resourceClaimName"));
            }
        }
    }

    private static void extended(Findings f, Place status, Place spec) {
        Map<String, Place> containers = new HashMap<>();
        for (String list : List.of("initContainers", "containers")) {
            spec.field(list).items().forEach(c -> containers.put(c.text("name"), c));
        }
        Place mappings = status.field("requestMappings");
        if (mappings.isEmpty()) {
            f.required(mappings, "at least one request mapping is required");
        }
        Set<List<String>> seen = new HashSet<>();
        for (Place mapping : mappings.items()) {
            mapping(f, mapping, containers);
            String request = mapping.text("requestName");
            f.invalid(status.field("requestName"), request, Names.dns1123Label(request)); // the path is upstream's
            List<String> fields = List.of("containerName", "resourceName", "requestName");
            if (!seen.add(fields.stream().map(mapping::text).toList())) {
                fields.forEach(field -> f.duplicate(mapping.field(field), mapping.text(field)));
            }
        }
        Place claim = status.field("resourceClaimName");
        if (claim.text().isEmpty()) {
            f.required(claim);
        } else {
            Meta.dnsSubdomain(f, claim);
        }
    }

    private static void mapping(Findings f, Place mapping, Map<String, Place> containers) {
        Place container = containers.get(mapping.text("containerName"));
        Place resource = mapping.field("resourceName");
        if (container == null) {
            f.invalid(
                    mapping.field("containerName"),
                    mapping.text("containerName"),
                    "must match the name of an entry in spec.initContainers.name or spec.containers.name");
        } else if (container.at("resources", "requests").field(resource.text()).absent()) {
            f.invalid(
                    resource,
                    resource.text(),
                    "must match the extended resource name of an entry in spec.initContainers.resources.requests or"
                            + " spec.containers.resources.requests");
        }
    }
}
