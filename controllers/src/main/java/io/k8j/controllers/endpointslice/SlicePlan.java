package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which slices of one address type must be written so that together they hold the wanted endpoints. Endpoints stay where
 * they are, so that a change touches few slices. The lists may be changed.
 *
 * @param creations new slices, without metadata
 * @param updates slices with new content
 * @param unchanged slices that hold what they should
 * @param deletions slices that are empty or too many
 */
record SlicePlan(
        List<EndpointSlice> creations,
        List<EndpointSlice> updates,
        List<EndpointSlice> unchanged,
        List<EndpointSlice> deletions) {
    /** What is wanted of one set of ports. */
    record Contents(List<EndpointPort> ports, List<Endpoint> endpoints) {}

    /**
     * Plans.
     *
     * @param family address type of all of them
     * @param wanted one entry per set of ports
     * @param present slices of this family and owner
     * @param rewritten slices that must be written even if their endpoints are as they should be
     * @param size most endpoints of one slice
     */
    static SlicePlan of(
            String family,
            List<Contents> wanted,
            List<EndpointSlice> present,
            Predicate<EndpointSlice> rewritten,
            int size) {
        SlicePlan plan = new SlicePlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<Set<EndpointPort>, List<EndpointSlice>> byPorts = new LinkedHashMap<>();
        for (EndpointSlice slice : present) {
            byPorts.computeIfAbsent(new HashSet<>(Nulls.list(slice.getPorts())), k -> new ArrayList<>())
                    .add(slice);
        }
        for (Contents contents : wanted) {
            List<EndpointSlice> slices = byPorts.remove(new HashSet<>(contents.ports));
            plan.fill(family, contents, Nulls.list(slices), rewritten, size);
        }
        byPorts.values().forEach(plan.deletions::addAll);
        return plan;
    }

    private void fill(
            String family,
            Contents contents,
            List<EndpointSlice> slices,
            Predicate<EndpointSlice> rewritten,
            int size) {
        Map<String, Endpoint> missing = new LinkedHashMap<>();
        contents.endpoints.forEach(endpoint -> missing.put(identity(endpoint), endpoint));
        List<EndpointSlice> changed = new ArrayList<>();
        List<EndpointSlice> same = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            List<Endpoint> endpoints = Nulls.list(slice.getEndpoints());
            List<Endpoint> stay = new ArrayList<>();
            boolean differs = false;
            for (Endpoint endpoint : endpoints) {
                Endpoint now = missing.remove(identity(endpoint));
                if (now != null) {
                    stay.add(now);
                    differs |= !same(now, endpoint);
                }
            }
            if (stay.isEmpty() && !endpoints.isEmpty()) {
                deletions.add(slice);
            } else if (differs || stay.size() != endpoints.size() || rewritten.test(slice)) {
                changed.add(slice.toBuilder().withEndpoints(stay).build());
            } else {
                same.add(slice);
            }
        }
        List<Endpoint> rest = new ArrayList<>(missing.values());
        // Slices that are written anyway take new endpoints, the fullest of them before others.
        changed.sort(Comparator.comparing(slice -> -slice.getEndpoints().size()));
        changed.forEach(slice -> take(slice, rest, size));
        while (!rest.isEmpty()) {
            Optional<EndpointSlice> roomy = fullestFor(same, rest.size(), size);
            EndpointSlice slice =
                    roomy.map(found -> found.toBuilder().build()).orElseGet(() -> empty(family, contents.ports));
            take(slice, rest, size);
            if (roomy.isPresent()) {
                same.remove(roomy.get());
                changed.add(slice);
            } else {
                creations.add(slice);
            }
        }
        updates.addAll(changed);
        unchanged.addAll(same);
    }

    private static void take(EndpointSlice slice, List<Endpoint> rest, int size) {
        List<Endpoint> all = new ArrayList<>(Nulls.list(slice.getEndpoints()));
        int room = Math.min(size - all.size(), rest.size());
        if (room > 0) {
            all.addAll(rest.subList(0, room));
            slice.setEndpoints(all);
            rest.subList(0, room).clear();
        }
    }

    /** Of the slices with room for all of them, the one that will be fullest. */
    private static Optional<EndpointSlice> fullestFor(List<EndpointSlice> slices, int endpoints, int size) {
        return endpoints >= size
                ? Optional.empty()
                : slices.stream()
                        .filter(slice -> Nulls.list(slice.getEndpoints()).size() + endpoints <= size)
                        .max(Comparator.comparing(
                                slice -> Nulls.list(slice.getEndpoints()).size()));
    }

    static EndpointSlice empty(String family, List<EndpointPort> ports) {
        return new EndpointSliceBuilder()
                .withAddressType(family)
                .withPorts(ports)
                .withEndpoints(List.of())
                .build();
    }

    /** The slices that there are afterwards. */
    Stream<EndpointSlice> remaining() {
        return Stream.of(creations, updates, unchanged).flatMap(List::stream);
    }

    /** Keeps one slice, without ports and endpoints, where there would be none. */
    void keepOne(String family, Predicate<EndpointSlice> rewritten) {
        if (creations.isEmpty() && updates.isEmpty() && unchanged.isEmpty()) {
            if (deletions.size() == 1 && isPlaceholder(deletions.getFirst()) && !rewritten.test(deletions.getFirst())) {
                unchanged.add(deletions.removeFirst());
            } else {
                creations.add(empty(family, List.of()));
            }
        }
    }

    private static boolean isPlaceholder(EndpointSlice slice) {
        return Nulls.list(slice.getPorts()).isEmpty()
                && Nulls.list(slice.getEndpoints()).isEmpty();
    }

    /** Writes into slices that would be deleted what would be created: those who watch see one change of one object. */
    void recycle() {
        while (!creations.isEmpty() && !deletions.isEmpty()) {
            EndpointSlice wanted = creations.removeLast();
            updates.add(deletions.removeFirst().toBuilder()
                    .withPorts(wanted.getPorts())
                    .withEndpoints(wanted.getEndpoints())
                    .build());
        }
    }

    private static boolean same(Endpoint one, Endpoint other) {
        return Objects.equals(one.getNodeName(), other.getNodeName())
                && Objects.equals(one.getZone(), other.getZone())
                && Objects.equals(one.getConditions(), other.getConditions())
                && Objects.equals(one.getTargetRef(), other.getTargetRef());
    }

    private static String identity(Endpoint endpoint) {
        String target = endpoint.getTargetRef() == null
                ? ""
                : Nulls.or(endpoint.getTargetRef().getNamespace(), "") + "/"
                        + Nulls.or(endpoint.getTargetRef().getName(), "");
        return endpoint.getAddresses() + " " + target + " " + Nulls.or(endpoint.getHostname(), "");
    }
}
