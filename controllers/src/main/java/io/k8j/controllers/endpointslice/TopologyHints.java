package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.client.EventRecorder;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.support.Nulls;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Hints by the annotation {@code service.kubernetes.io/topology-mode: Auto}, by which the endpoints of all zones get
 * about as much traffic as their zones have processors. Where that cannot be done there are none, and an Event says why.
 * Threads: all methods are safe for different Services.
 */
final class TopologyHints {
    private static final String OLD_ANNOTATION = "service.kubernetes.io/topology-aware-hints";
    private static final String ANNOTATION = "service.kubernetes.io/topology-mode";
    private static final String DISABLED = "TopologyAwareHintsDisabled";

    private record Place(ObjectKey service, String family) {}

    private final Supplier<Collection<Node>> nodes;
    private final EventRecorder events;
    private final Map<Place, Map<String, Integer>> hinted = new ConcurrentHashMap<>();

    TopologyHints(Supplier<Collection<Node>> nodes, EventRecorder events) {
        this.nodes = nodes;
        this.events = events;
    }

    /** Whether the Service asks for them. */
    static boolean wanted(Service service) {
        Map<String, String> annotations = Nulls.annotations(service);
        String mode =
                annotations.containsKey(OLD_ANNOTATION) ? annotations.get(OLD_ANNOTATION) : annotations.get(ANNOTATION);
        return "Auto".equals(mode) || "auto".equals(mode);
    }

    /** Gives the plan's endpoints their hints, or takes them away. */
    void add(SlicePlan plan, Service service, String family) {
        Place place = new Place(ObjectKey.of(service), family);
        Optional<String> trouble = spread(plan, service, place);
        if (trouble.isPresent()) {
            hinted.remove(place);
            TrafficHints.remove(plan);
            say(service, DISABLED, trouble.get(), family);
        }
    }

    private Optional<String> spread(SlicePlan plan, Service service, Place place) {
        Zones zones = Zones.of(nodes.get());
        int ready = (int) plan.remaining()
                .flatMap(slice -> Nulls.list(slice.getEndpoints()).stream())
                .filter(TrafficHints::isReady)
                .count();
        int count = zones.shares().size();
        if (count == 0) {
            return Optional.of(
                    "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes");
        }
        if (count > ready) {
            return Optional.of("Insufficient number of endpoints (%d endpoints, %d zones)".formatted(ready, count));
        }
        Map<String, Zones.Allocation> allocations = zones.allocations(ready);
        if (allocations.isEmpty()) {
            return Optional.of("Unable to allocate minimum required endpoints to each zone without exceeding overload"
                    + " threshold (%d endpoints, %d zones)".formatted(ready, count));
        }
        Optional<Map<String, Integer>> spread = HintShares.spread(plan, allocations);
        if (spread.isEmpty()) {
            return Optional.of("One or more endpoints do not have a zone specified");
        }
        boolean first = hinted.keySet().stream().noneMatch(known -> known.service.equals(place.service));
        hinted.put(place, spread.get());
        if (first) {
            say(service, "TopologyAwareHintsEnabled", "Topology Aware Hints has been enabled", place.family);
        }
        return Optional.empty();
    }

    /** The Service no longer asks for them. */
    void forget(Service service, String family) {
        if (hinted.remove(new Place(ObjectKey.of(service), family)) != null) {
            say(service, DISABLED, "Topology Aware Hints has been disabled", family);
        }
    }

    /** The Service is gone. */
    void forget(ObjectKey service) {
        hinted.keySet().removeIf(place -> place.service.equals(service));
    }

    /** Services whose hints do not suit the nodes that there are now. */
    List<ObjectKey> overloaded() {
        if (hinted.isEmpty()) {
            return List.of();
        }
        Zones zones = Zones.of(nodes.get());
        return hinted.entrySet().stream()
                .filter(entry -> zones.overloads(entry.getValue()))
                .map(entry -> entry.getKey().service)
                .distinct()
                .toList();
    }

    private void say(Service service, String reason, String what, String family) {
        String message = "%s, addressType: %s".formatted(what, family);
        if (reason.equals(DISABLED)) {
            events.warning(service, reason, message);
        } else {
            events.normal(service, reason, message);
        }
    }
}
