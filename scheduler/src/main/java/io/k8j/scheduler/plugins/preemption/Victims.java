package io.k8j.scheduler.plugins.preemption;

import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodInfo;
import java.util.Comparator;
import java.util.List;

/**
 * The Pods that must leave a node to make room.
 *
 * @param pods the most important first; one or more
 * @param violations how many of them break a PodDisruptionBudget
 * @param sumOfPriorities of the Pods, each made positive
 * @param earliestStart of the Pods with the highest priority
 */
record Victims(NodeInfo node, List<PodInfo> pods, int violations, long sumOfPriorities, String earliestStart) {
    /** The most important first: those of higher priority, then those that run longer. */
    static final Comparator<PodInfo> IMPORTANCE =
            Comparator.comparingInt(PodInfo::priority).reversed().thenComparing(Victims::startTime);

    /** The node with the least harm first: few violations, low priorities, few Pods, young Pods. */
    static final Comparator<Victims> LEAST_HARM = Comparator.comparingInt(Victims::violations)
            .thenComparingInt(v -> v.pods.getFirst().priority())
            .thenComparingLong(Victims::sumOfPriorities)
            .thenComparingInt(v -> v.pods.size())
            .thenComparing(Victims::earliestStart, Comparator.reverseOrder());

    Victims(NodeInfo node, List<PodInfo> pods, int violations) {
        this(node, pods, violations, sumOfPriorities(pods), earliestStart(pods));
    }

    /** Negative priorities count more than no Pod at all. */
    private static long sumOfPriorities(List<PodInfo> pods) {
        return pods.stream().mapToLong(p -> p.priority() + (1L << 31)).sum();
    }

    /** When the first of the Pods with the highest priority was started. */
    private static String earliestStart(List<PodInfo> pods) {
        int highest = pods.getFirst().priority();
        return pods.stream()
                .filter(p -> p.priority() == highest)
                .map(Victims::startTime)
                .min(Comparator.naturalOrder())
                .orElse("");
    }

    /** In RFC 3339, which sorts by time; Pods that were not started come last. */
    static String startTime(PodInfo pod) {
        String time =
                pod.pod().getStatus() == null ? null : pod.pod().getStatus().getStartTime();
        return time == null ? "~" : time;
    }
}
