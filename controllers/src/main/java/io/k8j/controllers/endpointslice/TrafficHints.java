package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHintsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import io.k8j.controllers.support.Nulls;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Hints by a Service's {@code trafficDistribution}, which say that an endpoint is for its own zone or node. */
final class TrafficHints {
    private static final Set<String> KNOWN = Set.of("PreferClose", "PreferSameZone", "PreferSameNode");

    private TrafficHints() {}

    /** Whether the Service asks for them; the older annotation goes first. */
    static boolean wanted(Service service) {
        return KNOWN.contains(Nulls.or(service.getSpec().getTrafficDistribution(), ""))
                && !TopologyHints.wanted(service);
    }

    /** Gives all ready endpoints theirs; slices that have others are written, too. */
    static void add(SlicePlan plan, Service service) {
        boolean nodes = "PreferSameNode".equals(service.getSpec().getTrafficDistribution());
        rewrite(
                plan,
                slice -> Nulls.list(slice.getEndpoints()).stream()
                        .allMatch(e -> !isReady(e) || Objects.equals(hints(e, nodes), e.getHints())),
                endpoint -> isReady(endpoint) ? hints(endpoint, nodes) : endpoint.getHints());
    }

    /** Takes all hints away. */
    static void remove(SlicePlan plan) {
        rewrite(
                plan,
                slice -> Nulls.list(slice.getEndpoints()).stream().allMatch(e -> e.getHints() == null),
                endpoint -> null);
    }

    private static void rewrite(
            SlicePlan plan, Predicate<EndpointSlice> right, Function<Endpoint, EndpointHints> hints) {
        plan.creations().replaceAll(slice -> right.test(slice) ? slice : with(slice, hints));
        plan.updates().replaceAll(slice -> right.test(slice) ? slice : with(slice, hints));
        plan.unchanged().stream()
                .filter(right.negate())
                .forEach(slice -> plan.updates().add(with(slice, hints)));
        plan.unchanged().removeIf(right.negate());
    }

    private static EndpointSlice with(EndpointSlice slice, Function<Endpoint, EndpointHints> hints) {
        return slice.toBuilder()
                .withEndpoints(Nulls.list(slice.getEndpoints()).stream()
                        .map(endpoint -> endpoint.toBuilder()
                                .withHints(hints.apply(endpoint))
                                .build())
                        .toList())
                .build();
    }

    static boolean isReady(Endpoint endpoint) {
        return endpoint.getConditions() != null
                && Nulls.isTrue(endpoint.getConditions().getReady());
    }

    private static EndpointHints hints(Endpoint endpoint, boolean nodes) {
        boolean zone = !Nulls.isEmpty(endpoint.getZone());
        boolean node = nodes && !Nulls.isEmpty(endpoint.getNodeName());
        if (!zone && !node) {
            return null;
        }
        EndpointHintsBuilder hints = new EndpointHintsBuilder();
        if (zone) {
            hints.withForZones(new ForZone(endpoint.getZone()));
        }
        if (node) {
            hints.withForNodes(new ForNode(endpoint.getNodeName()));
        }
        return hints.build();
    }
}
