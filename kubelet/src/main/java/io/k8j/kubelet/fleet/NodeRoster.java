package io.k8j.kubelet.fleet;

import io.k8j.model.api.ApiObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Knows which nodes are played here, and keeps Pods of nodes not heard of yet. Safe for all threads. */
final class NodeRoster {
    /** Whose a node is. */
    enum Whose {
        OURS,
        ANOTHERS,
        UNKNOWN
    }

    /** @param podRange null while it has none */
    private record Node(boolean ours, String podRange) {}

    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private volatile long ourCount; // written under this
    private final Map<String, List<ApiObject>> waiting = new HashMap<>(); // guarded by this

    /** Takes a node in; answers the Pods that have waited for it. */
    synchronized List<ApiObject> put(String name, boolean ours, String podRange) {
        Node now = new Node(ours, podRange);
        count(nodes.put(name, now), -1);
        count(now, 1);
        List<ApiObject> pods = waiting.remove(name);
        return pods == null ? List.of() : pods;
    }

    synchronized void remove(String name) {
        count(nodes.remove(name), -1);
    }

    private void count(Node node, int by) {
        ourCount += node != null && node.ours() ? by : 0;
    }

    boolean isOurs(String name) {
        Node node = nodes.get(name);
        return node != null && node.ours();
    }

    /** The range of a node's Pods; null if there is none. */
    String podRange(String name) {
        Node node = nodes.get(name);
        return node == null ? null : node.podRange();
    }

    /** Tells whose a Pod's node is; if that is not known, the Pod waits for it. */
    synchronized Whose whose(String name, ApiObject pod) {
        Node node = nodes.get(name);
        if (node != null) return node.ours() ? Whose.OURS : Whose.ANOTHERS;
        waiting.computeIfAbsent(name, n -> new ArrayList<>()).add(pod);
        return Whose.UNKNOWN;
    }

    Set<String> names() {
        return Set.copyOf(nodes.keySet());
    }

    long ours() {
        return ourCount;
    }
}
