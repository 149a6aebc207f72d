package io.k8j.scheduler;

import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PodInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The Pods on nodes: those that the API server tells of, and those that were assumed because their binding is under way.
 * Belongs to the scheduling thread.
 */
final class AssignedPods {
    private final Nodes nodes;
    private final Map<String, PodInfo> pods = new HashMap<>();
    private final Set<String> assumed = new HashSet<>();

    AssignedPods(Nodes nodes) {
        this.nodes = nodes;
    }

    /** Counts a Pod on a node from now on, ahead of its binding. */
    void assume(PodInfo pod) {
        pods.put(pod.uid(), pod);
        assumed.add(pod.uid());
        nodes.addPod(pod);
    }

    /** Takes an assumption back; does nothing if it has become true. */
    void forget(PodInfo pod) {
        if (assumed.remove(pod.uid())) {
            nodes.removePod(pods.remove(pod.uid()));
        }
    }

    boolean isAssumed(String uid) {
        return assumed.contains(uid);
    }

    /** The version known so far; null if none was. */
    PodInfo get(String uid) {
        return pods.get(uid);
    }

    /** The API server says so. Gives the version before, which may have been assumed on another node. */
    PodInfo put(PodInfo pod) {
        PodInfo before = pods.put(pod.uid(), pod);
        assumed.remove(pod.uid());
        if (before != null && before.countsLike(pod)) {
            nodes.replacePod(before, pod);
            return before;
        }
        if (before != null) {
            nodes.removePod(before);
        }
        nodes.addPod(pod);
        return before;
    }

    PodInfo remove(String uid) {
        PodInfo gone = pods.remove(uid);
        assumed.remove(uid);
        if (gone != null) {
            nodes.removePod(gone);
        }
        return gone;
    }

    int size() {
        return pods.size();
    }
}
