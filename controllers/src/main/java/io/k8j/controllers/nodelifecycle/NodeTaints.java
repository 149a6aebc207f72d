package io.k8j.controllers.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The taints that follow from a node's conditions. */
final class NodeTaints {
    static final String NOT_READY = "node.kubernetes.io/not-ready";
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    private static final Map<String, String> PRESSURE = Map.of(
            "MemoryPressure", "node.kubernetes.io/memory-pressure",
            "DiskPressure", "node.kubernetes.io/disk-pressure",
            "PIDPressure", "node.kubernetes.io/pid-pressure",
            "NetworkUnavailable", "node.kubernetes.io/network-unavailable");
    private static final Set<String> MANAGED = managed();

    private NodeTaints() {}

    private static Set<String> managed() {
        Set<String> keys = new LinkedHashSet<>(PRESSURE.values());
        keys.addAll(List.of(NOT_READY, UNREACHABLE, UNSCHEDULABLE));
        return keys;
    }

    /** The key of the NoExecute taint that the node should bear; empty for a ready one. */
    static Optional<String> evicting(Node node) {
        return NodeHealth.condition(node, NodeHealth.READY).flatMap(ready -> switch (ready.getStatus()) {
            case "False" -> Optional.of(NOT_READY);
            case "Unknown" -> Optional.of(UNREACHABLE);
            default -> Optional.empty();
        });
    }

    /**
     * The node's taints as they should be; the same list if they are.
     *
     * @param mayEvict whether a NoExecute taint may be added now; one that no longer fits is always removed
     */
    static List<Taint> wanted(Node node, boolean mayEvict, Instant now) {
        List<Taint> present = Nulls.list(node.getSpec().getTaints());
        Set<String> noSchedule = noSchedule(node);
        Optional<String> evicting = evicting(node);
        List<Taint> wanted = new ArrayList<>();
        for (Taint taint : present) {
            boolean managed = MANAGED.contains(taint.getKey());
            boolean keep = !managed
                    || ("NoSchedule".equals(taint.getEffect()) && noSchedule.remove(taint.getKey()))
                    || ("NoExecute".equals(taint.getEffect())
                            && evicting.filter(taint.getKey()::equals).isPresent())
                    || "PreferNoSchedule".equals(taint.getEffect());
            if (keep) {
                wanted.add(taint);
            }
        }
        noSchedule.forEach(key -> wanted.add(new Taint("NoSchedule", key, Times.text(now), null)));
        if (evicting.isPresent() && !has(wanted, evicting.get()) && (mayEvict || hadOther(present, evicting.get()))) {
            wanted.add(new Taint("NoExecute", evicting.get(), Times.text(now), null));
        }
        return wanted.equals(present) ? present : wanted;
    }

    /** One NoExecute taint may take the place of the other at any time: the node is being emptied already. */
    private static boolean hadOther(List<Taint> present, String key) {
        return has(present, key.equals(NOT_READY) ? UNREACHABLE : NOT_READY);
    }

    private static boolean has(List<Taint> taints, String key) {
        return taints.stream().anyMatch(t -> "NoExecute".equals(t.getEffect()) && key.equals(t.getKey()));
    }

    private static Set<String> noSchedule(Node node) {
        Set<String> keys = new LinkedHashSet<>();
        for (NodeCondition condition : node.getStatus() == null
                ? List.<NodeCondition>of()
                : Nulls.list(node.getStatus().getConditions())) {
            if (PRESSURE.containsKey(condition.getType()) && "True".equals(condition.getStatus())) {
                keys.add(PRESSURE.get(condition.getType()));
            }
        }
        evicting(node).ifPresent(keys::add);
        if (Nulls.isTrue(node.getSpec().getUnschedulable())) {
            keys.add(UNSCHEDULABLE);
        }
        return keys;
    }
}
