package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHintsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import io.k8j.controllers.support.Nulls;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Spreads the hints of one Service's endpoints over the zones: each endpoint serves its own zone, but for as many as
 * zones without enough of their own need from those that have more than enough.
 */
final class HintShares {
    private final Map<String, Zones.Allocation> allocations;
    private final Map<String, Integer> hinted = new TreeMap<>();

    private HintShares(Map<String, Zones.Allocation> allocations) {
        this.allocations = allocations;
    }

    /**
     * Gives hints. Slices that are not written keep theirs as long as they fit.
     *
     * @return how many endpoints each zone has now; absent if some ready endpoint has no zone, with the plan as it was
     */
    static Optional<Map<String, Integer>> spread(SlicePlan plan, Map<String, Zones.Allocation> allocations) {
        boolean homeless = plan.remaining()
                .flatMap(slice -> Nulls.list(slice.getEndpoints()).stream())
                .anyMatch(e -> TrafficHints.isReady(e) && Nulls.isEmpty(e.getZone()));
        if (homeless) {
            return Optional.empty();
        }
        HintShares shares = new HintShares(allocations);
        shares.keepWhatFits(plan);
        plan.creations().replaceAll(slice -> map(slice, shares::ownZone));
        plan.updates().replaceAll(slice -> map(slice, shares::ownZone));
        Map<String, Integer> giving = new TreeMap<>();
        Map<String, Integer> receiving = new TreeMap<>();
        shares.balance(giving, receiving);
        BiFunction<EndpointSlice, Endpoint, Endpoint> move = (slice, e) -> shares.moved(e, giving, receiving);
        plan.creations().replaceAll(slice -> map(slice, move));
        plan.updates().replaceAll(slice -> map(slice, move));
        return Optional.of(shares.hinted);
    }

    private void keepWhatFits(SlicePlan plan) {
        plan.unchanged().removeIf(slice -> {
            Optional<Map<String, Integer>> hints = fitting(slice);
            hints.ifPresent(counts -> counts.forEach((zone, count) -> hinted.merge(zone, count, Integer::sum)));
            if (hints.isEmpty()) {
                plan.updates().add(slice);
            }
            return hints.isEmpty();
        });
    }

    private Optional<Map<String, Integer>> fitting(EndpointSlice slice) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Endpoint endpoint : Nulls.list(slice.getEndpoints())) {
            if (!TrafficHints.isReady(endpoint)) {
                continue;
            }
            List<ForZone> zones = endpoint.getHints() == null
                    ? List.of()
                    : Nulls.list(endpoint.getHints().getForZones());
            if (zones.isEmpty() || zones.stream().anyMatch(zone -> !allocations.containsKey(zone.getName()))) {
                return Optional.empty();
            }
            zones.forEach(zone -> counts.merge(zone.getName(), 1, Integer::sum));
        }
        return counts.entrySet().stream()
                        .anyMatch(count -> count.getValue() + hinted.getOrDefault(count.getKey(), 0)
                                > allocations.get(count.getKey()).maximum())
                ? Optional.empty()
                : Optional.of(counts);
    }

    private static EndpointSlice map(EndpointSlice slice, BiFunction<EndpointSlice, Endpoint, Endpoint> change) {
        return slice.toBuilder()
                .withEndpoints(Nulls.list(slice.getEndpoints()).stream()
                        .map(endpoint -> change.apply(slice, endpoint))
                        .toList())
                .build();
    }

    private Endpoint ownZone(EndpointSlice slice, Endpoint endpoint) {
        if (!TrafficHints.isReady(endpoint)) {
            return endpoint;
        }
        hinted.merge(endpoint.getZone(), 1, Integer::sum);
        return hint(endpoint, endpoint.getZone());
    }

    private static Endpoint hint(Endpoint endpoint, String zone) {
        return endpoint.toBuilder()
                .withHints(new EndpointHintsBuilder()
                        .withForZones(new ForZone(zone))
                        .build())
                .build();
    }

    /** Pairs the zone with most to give with the one that needs most, endpoint by endpoint. */
    private void balance(Map<String, Integer> giving, Map<String, Integer> receiving) {
        Map<String, Double> spare = new TreeMap<>();
        Map<String, Double> needed = new TreeMap<>();
        allocations.forEach((zone, allocation) -> {
            double more = hinted.getOrDefault(zone, 0) - allocation.desired();
            if (more > 0) {
                spare.put(zone, more);
            } else if (more < 0) {
                needed.put(zone, -more);
            }
        });
        while (!spare.isEmpty() && !needed.isEmpty()) {
            Map.Entry<String, Double> from = most(spare);
            Map.Entry<String, Double> to = most(needed);
            if (from.getValue() < 1 && to.getValue() < 1 || from.getValue() < 0.5 || to.getValue() < 0.5) {
                return;
            }
            giving.merge(from.getKey(), 1, Integer::sum);
            receiving.merge(to.getKey(), 1, Integer::sum);
            spare.merge(from.getKey(), -1.0, Double::sum);
            needed.merge(to.getKey(), -1.0, Double::sum);
        }
    }

    private static Map.Entry<String, Double> most(Map<String, Double> zones) {
        return Map.Entry.copyOf(zones.entrySet().stream()
                .max(Comparator.comparing(Map.Entry<String, Double>::getValue))
                .orElseThrow());
    }

    private Endpoint moved(Endpoint endpoint, Map<String, Integer> giving, Map<String, Integer> receiving) {
        if (!TrafficHints.isReady(endpoint) || receiving.isEmpty() || !giving.containsKey(endpoint.getZone())) {
            return endpoint;
        }
        String to = receiving.keySet().iterator().next();
        less(giving, endpoint.getZone());
        less(receiving, to);
        hinted.merge(endpoint.getZone(), -1, Integer::sum);
        hinted.merge(to, 1, Integer::sum);
        return hint(endpoint, to);
    }

    private static void less(Map<String, Integer> counts, String zone) {
        counts.computeIfPresent(zone, (key, count) -> count == 1 ? null : count - 1);
    }
}
