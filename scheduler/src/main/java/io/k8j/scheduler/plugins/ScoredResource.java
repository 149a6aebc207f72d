package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;

/**
 * A resource that counts in a score.
 *
 * @param id its number
 * @param scalar whether it counts only for Pods that request it
 * @param weight 1 or more
 */
record ScoredResource(int id, boolean scalar, long weight) {
    static ScoredResource of(ResourceNames names, String name, long weight) {
        int id = names.id(name);
        return new ScoredResource(id, id > ResourceNames.EPHEMERAL_STORAGE, weight);
    }

    /** What the node has; 0 if the resource does not count for this Pod and node. */
    long allocatable(PodInfo pod, NodeInfo node) {
        return scalar && pod.request(id) == 0 ? 0 : node.allocatable(id);
    }

    /** What would be taken with the Pod; CPU and memory with defaults for containers that request none. */
    long takenWithDefaults(PodInfo pod, NodeInfo node) {
        return switch (id) {
            case ResourceNames.CPU -> node.scoredCpu() + pod.scoredCpu();
            case ResourceNames.MEMORY -> node.scoredMemory() + pod.scoredMemory();
            default -> node.requested(id) + pod.request(id);
        };
    }

    long takenWithDefaults(NodeInfo node) {
        return switch (id) {
            case ResourceNames.CPU -> node.scoredCpu();
            case ResourceNames.MEMORY -> node.scoredMemory();
            default -> node.requested(id);
        };
    }

    long requestWithDefaults(PodInfo pod) {
        return switch (id) {
            case ResourceNames.CPU -> pod.scoredCpu();
            case ResourceNames.MEMORY -> pod.scoredMemory();
            default -> pod.request(id);
        };
    }

    long taken(PodInfo pod, NodeInfo node) {
        return node.requested(id) + pod.request(id);
    }
}
