package io.k8j.scheduler.framework;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Why each node was refused. */
public final class NodeStatuses {
    private final Map<String, Status> byNode = new LinkedHashMap<>();
    private Status absent;

    /** @param absent what holds for nodes that nobody looked at */
    public NodeStatuses(Status absent) {
        this.absent = absent;
    }

    public void put(String node, Status status) {
        byNode.put(node, status);
    }

    public Status get(String node) {
        return byNode.getOrDefault(node, absent);
    }

    public void absent(Status status) {
        this.absent = status;
    }

    public Status absent() {
        return absent;
    }

    public Map<String, Status> explicit() {
        return byNode;
    }

    /** The nodes where removing Pods may help. */
    public List<NodeInfo> resolvable(Nodes nodes) {
        List<NodeInfo> found = new ArrayList<>();
        for (NodeInfo node : nodes.all()) {
            if (get(node.name()).code() == Status.Code.UNSCHEDULABLE) {
                found.add(node);
            }
        }
        return found;
    }
}
