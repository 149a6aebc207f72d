package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which slices must be written so that together they hold the wanted endpoints. Endpoints stay where they are, so that a
 * change touches few slices.
 *
 * @param creations address type, ports and endpoints of new slices
 * @param updates slices with new content
 * @param deletions slices that are empty or too many
 */
record SlicePlan(List<Contents> creations, List<EndpointSlice> updates, List<EndpointSlice> deletions) {
    /** What is wanted of one address type and set of ports. */
    record Contents(String addressType, List<EndpointPort> ports, List<Endpoint> endpoints) {}

    private record Place(String addressType, List<EndpointPort> ports) {}

    /**
     * Plans.
     *
     * @param wanted one entry per address type and set of ports; one without endpoints keeps an empty slice
     * @param size most endpoints of one slice
     */
    static SlicePlan of(List<Contents> wanted, List<EndpointSlice> present, int size) {
        SlicePlan plan = new SlicePlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<Place, List<EndpointSlice>> byPlace = new LinkedHashMap<>();
        for (EndpointSlice slice : present) {
            if (!Nulls.isDeleting(slice)) {
                byPlace.computeIfAbsent(
                                new Place(slice.getAddressType(), Nulls.list(slice.getPorts())), k -> new ArrayList<>())
                        .add(slice);
            }
        }
        for (Contents contents : wanted) {
            List<EndpointSlice> slices = byPlace.remove(new Place(contents.addressType, contents.ports));
            plan.fill(contents, slices == null ? List.of() : slices, size);
        }
        byPlace.values().forEach(plan.deletions::addAll);
        return plan;
    }

    private void fill(Contents contents, List<EndpointSlice> slices, int size) {
        Map<String, Endpoint> missing = new LinkedHashMap<>();
        contents.endpoints.forEach(endpoint -> missing.put(identity(endpoint), endpoint));
        Map<EndpointSlice, List<Endpoint>> kept = new LinkedHashMap<>();
        Map<EndpointSlice, Boolean> changed = new HashMap<>();
        for (EndpointSlice slice : slices) {
            List<Endpoint> stay = new ArrayList<>();
            for (Endpoint endpoint : Nulls.list(slice.getEndpoints())) {
                Endpoint now = missing.remove(identity(endpoint));
                if (now != null) {
                    stay.add(now);
                }
            }
            kept.put(slice, stay);
            changed.put(slice, !stay.equals(Nulls.list(slice.getEndpoints())));
        }
        List<Endpoint> rest = new ArrayList<>(missing.values());
        // Slices that are written anyway take new endpoints first, the fullest of them before others.
        kept.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<EndpointSlice, List<Endpoint>> e) -> !changed.get(e.getKey()))
                        .thenComparing(e -> -e.getValue().size()))
                .forEach(e -> {
                    int room = Math.min(size - e.getValue().size(), rest.size());
                    boolean worthIt = changed.get(e.getKey()) || rest.size() < size;
                    if (room > 0 && worthIt) {
                        e.getValue().addAll(rest.subList(0, room));
                        rest.subList(0, room).clear();
                        changed.put(e.getKey(), true);
                    }
                });
        for (int from = 0; from < rest.size(); from += size) {
            creations.add(new Contents(
                    contents.addressType,
                    contents.ports,
                    List.copyOf(rest.subList(from, Math.min(rest.size(), from + size)))));
        }
        finish(contents, kept, changed);
    }

    private void finish(
            Contents contents, Map<EndpointSlice, List<Endpoint>> kept, Map<EndpointSlice, Boolean> changed) {
        boolean keepOneEmpty = contents.endpoints.isEmpty();
        if (keepOneEmpty && kept.isEmpty()) {
            creations.add(contents);
            return;
        }
        for (Map.Entry<EndpointSlice, List<Endpoint>> entry : kept.entrySet()) {
            boolean empty = entry.getValue().isEmpty();
            if (empty && !keepOneEmpty) {
                deletions.add(entry.getKey());
            } else if (changed.get(entry.getKey())) {
                updates.add(entry.getKey().toBuilder()
                        .withEndpoints(entry.getValue())
                        .build());
            }
            keepOneEmpty = keepOneEmpty && !empty;
        }
    }

    private static String identity(Endpoint endpoint) {
        String target = endpoint.getTargetRef() == null
                ? ""
                : Nulls.or(endpoint.getTargetRef().getUid(), "") + "/"
                        + Nulls.or(endpoint.getTargetRef().getName(), "");
        return endpoint.getAddresses() + " " + target + " " + Nulls.or(endpoint.getHostname(), "");
    }
}
