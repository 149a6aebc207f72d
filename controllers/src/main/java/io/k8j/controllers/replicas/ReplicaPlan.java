package io.k8j.controllers.replicas;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Selectors;
import io.k8j.controllers.pods.DeletionOrder;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is missing or too much.
 *
 * @param creations Pods to create
 * @param deletions Pods to delete
 */
record ReplicaPlan(int creations, List<Pod> deletions) {
    /** So many writes at most in one go. */
    static final int BURST = 500;

    static final ReplicaPlan NOTHING = new ReplicaPlan(0, List.of());

    /** @param related asked for only if Pods must go */
    static ReplicaPlan of(int replicas, List<Pod> active, Supplier<List<Pod>> related, Instant now) {
        int missing = replicas - active.size();
        if (missing >= 0) {
            return new ReplicaPlan(Math.min(missing, BURST), List.of());
        }
        return new ReplicaPlan(0, DeletionOrder.choose(active, related.get(), Math.min(-missing, BURST), now));
    }

    boolean isEmpty() {
        return creations == 0 && deletions.isEmpty();
    }

    /** Counts the Pods; conditions are taken over. */
    static ReplicaStatus status(
            ReplicaStatus before,
            List<Pod> active,
            Integer terminating,
            Map<String, String> templateLabels,
            int minReadySeconds,
            long generation,
            Instant now) {
        int labeled = 0;
        int ready = 0;
        int available = 0;
        for (Pod pod : active) {
            labeled += Selectors.containsAll(templateLabels, Nulls.labels(pod)) ? 1 : 0;
            if (Pods.isReady(pod)) {
                ready++;
                available += minReadySeconds == 0 || Pods.isAvailable(pod, minReadySeconds, now) ? 1 : 0;
            }
        }
        return new ReplicaStatus(
                active.size(), labeled, ready, available, terminating, generation, before.conditions());
    }

    /** When the next ready Pod becomes available. */
    static Optional<Duration> nextAvailable(List<Pod> active, int minReadySeconds, Instant now) {
        return active.stream()
                .map(pod -> Pods.availableIn(pod, minReadySeconds, now))
                .flatMap(Optional::stream)
                .filter(wait -> !wait.isZero())
                .min(Duration::compareTo);
    }
}
