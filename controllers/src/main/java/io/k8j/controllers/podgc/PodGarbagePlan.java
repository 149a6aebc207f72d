package io.k8j.controllers.podgc;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pods that nobody will ever end.
 *
 * @param finished beyond the threshold, the oldest
 * @param outOfService being deleted on a node that is marked as out of service
 * @param orphaned on nodes that are not there; the caller makes sure that they really are gone
 * @param unscheduled being deleted without ever having had a node
 */
record PodGarbagePlan(List<Pod> finished, List<Pod> outOfService, List<Pod> orphaned, List<Pod> unscheduled) {
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    /** Evicted Pods go first, since they are replaced already; then the oldest. */
    private static final Comparator<Pod> FIRST_TO_GO = Comparator.comparing((Pod pod) -> !isEvicted(pod))
            .thenComparing(Times::created)
            .thenComparing(Nulls::name);

    static PodGarbagePlan of(Collection<Pod> pods, Map<String, Node> nodes, int threshold) {
        List<Pod> finished = new ArrayList<>();
        List<Pod> outOfService = new ArrayList<>();
        List<Pod> orphaned = new ArrayList<>();
        List<Pod> unscheduled = new ArrayList<>();
        for (Pod pod : pods) {
            if (Pods.isFinished(pod)) {
                finished.add(pod);
            }
            if (!Pods.isScheduled(pod)) {
                if (Nulls.isDeleting(pod)) {
                    unscheduled.add(pod);
                }
                continue;
            }
            Node node = nodes.get(pod.getSpec().getNodeName());
            if (node == null) {
                orphaned.add(pod);
            } else if (Nulls.isDeleting(pod) && isOutOfService(node)) {
                outOfService.add(pod);
            }
        }
        finished.sort(FIRST_TO_GO);
        int surplus = threshold > 0 ? Math.max(0, finished.size() - threshold) : 0;
        return new PodGarbagePlan(List.copyOf(finished.subList(0, surplus)), outOfService, orphaned, unscheduled);
    }

    private static boolean isOutOfService(Node node) {
        boolean notReady = node.getStatus() == null
                || Nulls.list(node.getStatus().getConditions()).stream()
                        .noneMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
        return notReady
                && Nulls.list(node.getSpec().getTaints()).stream()
                        .anyMatch(taint -> OUT_OF_SERVICE.equals(taint.getKey()));
    }

    private static boolean isEvicted(Pod pod) {
        return "Failed".equals(Pods.phase(pod))
                && "Evicted".equals(pod.getStatus().getReason());
    }

    Set<String> missingNodes() {
        Set<String> names = new HashSet<>();
        orphaned.forEach(pod -> names.add(pod.getSpec().getNodeName()));
        return names;
    }
}
