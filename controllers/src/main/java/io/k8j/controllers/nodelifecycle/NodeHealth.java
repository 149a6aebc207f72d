package io.k8j.controllers.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a node still lives, by what it last said and when we heard it. */
final class NodeHealth {
    static final String READY = "Ready";
    static final Duration STARTUP_GRACE = Duration.ofSeconds(60);
    private static final List<String> WATCHED = List.of(READY, "MemoryPressure", "DiskPressure", "PIDPressure");

    /**
     * The last sign of life. Times are of our clock, since the node's may differ.
     *
     * @param sign what the node said: heartbeats and lease
     * @param heard when it said so
     */
    record Observation(String sign, Instant heard) {}

    private NodeHealth() {}

    static Optional<NodeCondition> condition(Node node, String type) {
        return node.getStatus() == null
                ? Optional.empty()
                : Nulls.list(node.getStatus().getConditions()).stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst();
    }

    static String readyStatus(Node node) {
        return condition(node, READY).map(NodeCondition::getStatus).orElse("Unknown");
    }

    static Observation observe(Optional<Observation> before, Node node, Optional<Lease> lease, Instant now) {
        String renewed = lease.filter(l -> l.getSpec() != null && l.getSpec().getRenewTime() != null)
                .map(l -> l.getSpec().getRenewTime().toString())
                .orElse("");
        // A condition that we have set to Unknown keeps its heartbeat, so our own writes are no sign of life.
        String heartbeat = condition(node, READY)
                .map(c -> Nulls.or(c.getLastHeartbeatTime(), ""))
                .orElse("");
        String sign = heartbeat + " " + renewed;
        if (before.isPresent() && before.get().sign.equals(sign)) {
            return before.get();
        }
        boolean never = before.isEmpty() && condition(node, READY).isEmpty();
        return new Observation(sign, never ? Times.created(node) : now);
    }

    static boolean isSilent(Observation observation, Node node, Duration grace, Instant now) {
        boolean never = condition(node, READY).isEmpty();
        Duration limit = never ? STARTUP_GRACE : grace;
        return observation.heard.plus(limit).isBefore(now);
    }

    /** The node with conditions that say that nothing is known; empty if they say so already. */
    static Optional<Node> unknown(Node node, Instant now) {
        List<NodeCondition> conditions = new ArrayList<>(
                node.getStatus() == null
                        ? List.of()
                        : Nulls.list(node.getStatus().getConditions()));
        boolean changed = false;
        for (String type : WATCHED) {
            Optional<NodeCondition> before = condition(node, type);
            if (before.isEmpty()) {
                conditions.add(new NodeCondition(
                        null,
                        Times.text(now),
                        "Kubelet never posted node status.",
                        "NodeStatusNeverUpdated",
                        "Unknown",
                        type));
                changed = true;
            } else if (!"Unknown".equals(before.get().getStatus())) {
                conditions.set(
                        conditions.indexOf(before.get()),
                        new NodeCondition(
                                before.get().getLastHeartbeatTime(),
                                Times.text(now),
                                "Kubelet stopped posting node status.",
                                "NodeStatusUnknown",
                                "Unknown",
                                type));
                changed = true;
            }
        }
        return changed
                ? Optional.of(node.toBuilder()
                        .editOrNewStatus()
                        .withConditions(conditions)
                        .endStatus()
                        .build())
                : Optional.empty();
    }
}
