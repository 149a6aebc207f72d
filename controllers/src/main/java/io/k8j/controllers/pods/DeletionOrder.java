package io.k8j.controllers.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sorts Pods so that the ones which are missed least come first, by upstream's rules. */
public final class DeletionOrder {
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private DeletionOrder() {}

    /**
     * The first {@code count} Pods to delete.
     *
     * @param related all Pods of the same workload, by which crowded nodes are found
     */
    public static List<Pod> choose(List<Pod> pods, List<Pod> related, int count, Instant now) {
        if (count >= pods.size()) {
            return List.copyOf(pods);
        }
        Map<String, Integer> perNode = new HashMap<>();
        for (Pod pod : related) {
            if (Pods.isActive(pod)) {
                perNode.merge(node(pod), 1, Integer::sum);
            }
        }
        Comparator<Pod> order = Comparator.comparing(Pods::isScheduled)
                .thenComparing(DeletionOrder::phaseRank)
                .thenComparing(Pods::isReady)
                .thenComparing(DeletionOrder::cost)
                .thenComparing(pod -> -perNode.getOrDefault(node(pod), 0))
                .thenComparing(pod -> Pods.isReady(pod) ? ageRank(Pods.readySince(pod), now) : 0)
                .thenComparing(pod -> -Pods.restarts(pod))
                .thenComparing(pod -> ageRank(Times.created(pod), now))
                .thenComparing(Nulls::uid);
        return pods.stream().sorted(order).limit(count).toList();
    }

    private static String node(Pod pod) {
        return pod.getSpec() == null ? "" : Nulls.or(pod.getSpec().getNodeName(), "");
    }

    private static int phaseRank(Pod pod) {
        return switch (Pods.phase(pod)) {
            case "Running" -> 2;
            case "Unknown" -> 1;
            default -> 0;
        };
    }

    private static int cost(Pod pod) {
        try {
            return Integer.parseInt(Nulls.annotations(pod).getOrDefault(DELETION_COST, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Younger first; ages count in powers of two, so that equals are told apart by chance and not by seconds. */
    private static int ageRank(Instant since, Instant now) {
        if (since.equals(Instant.EPOCH)) {
            return -1;
        }
        long nanos = Math.max(0, Duration.between(since, now).toSeconds());
        return 64 - Long.numberOfLeadingZeros(nanos);
    }
}
