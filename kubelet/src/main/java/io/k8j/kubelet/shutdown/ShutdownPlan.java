package io.k8j.kubelet.shutdown;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;

/** Decides in which order Pods end with their node, and how long each gets. Pure. */
final class ShutdownPlan {
    /** Pods at or above this priority keep the cluster going. */
    private static final int CRITICAL = 2_000_000_000;

    /**
     * Pods that end together.
     *
     * @param period the longest time for all of them
     */
    record Group(Duration period, List<Pod> pods) {}

    private ShutdownPlan() {}

    /** The usual Pods, then the critical ones; groups without Pods cost no time and are left out. */
    static List<Group> of(List<Pod> pods, Duration all, Duration critical) {
        List<Pod> first = pods.stream().filter(pod -> priority(pod) < CRITICAL).toList();
        List<Pod> last = pods.stream().filter(pod -> priority(pod) >= CRITICAL).toList();
        return List.of(new Group(all.minus(critical), first), new Group(critical, last)).stream()
                .filter(group -> !group.pods().isEmpty())
                .toList();
    }

    private static int priority(Pod pod) {
        Integer priority = pod.getSpec().getPriority();
        return priority == null ? 0 : priority;
    }
}
