package io.k8j.scheduler.framework;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Why each node was refused. */
public final class NodeStatuses {
    private Status[] bySlot = {};
    private int explicit;
    private final int slots;
    private Status absent;

    /** @param absent what holds for nodes that nobody looked at */
    public NodeStatuses(Status absent) {
        this(absent, 64);
    }

    /** @param slots expected */
    public NodeStatuses(Status absent, int slots) {
        this.absent = absent;
        this.slots = slots;
    }

    public void put(NodeInfo node, Status status) {
        put(node.slot(), status);
    }

    public void put(int slot, Status status) {
        if (slot >= bySlot.length) {
            bySlot = Arrays.copyOf(bySlot, Math.max(slots, slot * 2));
        }
        explicit += bySlot[slot] == null ? 1 : 0;
        bySlot[slot] = status;
    }

    public Status get(NodeInfo node) {
        Status status = node.slot() < bySlot.length ? bySlot[node.slot()] : null;
        return status == null ? absent : status;
    }

    public void absent(Status status) {
        this.absent = status;
    }

    public Status absent() {
        return absent;
    }

    /** How many nodes were looked at. */
    public int explicit() {
        return explicit;
    }

    /** How often each answer was given; equal ones may occur more than once. */
    Map<Status, Integer> counts() {
        Map<Status, Integer> counts = new IdentityHashMap<>();
        for (Status status : bySlot) {
            if (status != null) {
                counts.merge(status, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** The nodes where removing Pods may help. */
    public List<NodeInfo> resolvable(Nodes nodes) {
        List<NodeInfo> found = new ArrayList<>();
        for (NodeInfo node : nodes.all()) {
            if (get(node).code() == Status.Code.UNSCHEDULABLE) {
                found.add(node);
            }
        }
        return found;
    }
}
