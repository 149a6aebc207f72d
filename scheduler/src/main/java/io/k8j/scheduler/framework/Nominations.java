package io.k8j.scheduler.framework;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which Pods wait for room on which nodes. Belongs to the scheduling thread. */
public final class Nominations {
    private final Map<String, List<PodInfo>> byNode = new HashMap<>();
    private final Map<String, String> nodeOf = new HashMap<>();
    private final Nodes nodes;

    /** @param nodes told of each change, as it may change answers about a node */
    public Nominations(Nodes nodes) {
        this.nodes = nodes;
    }

    public void put(PodInfo pod, String node) {
        remove(pod.uid());
        nodeOf.put(pod.uid(), node);
        byNode.computeIfAbsent(node, n -> new ArrayList<>()).add(pod);
        nodes.nominationsChanged(node);
    }

    public void remove(String uid) {
        String node = nodeOf.remove(uid);
        if (node != null) {
            List<PodInfo> pods = byNode.get(node);
            pods.removeIf(pod -> pod.uid().equals(uid));
            if (pods.isEmpty()) {
                byNode.remove(node);
            }
            nodes.nominationsChanged(node);
        }
    }

    /** Empty if there is none. */
    public String nodeOf(String uid) {
        return nodeOf.getOrDefault(uid, "");
    }

    public List<PodInfo> on(String node) {
        return byNode.isEmpty() ? List.of() : byNode.getOrDefault(node, List.of());
    }

    public boolean isEmpty() {
        return byNode.isEmpty();
    }
}
