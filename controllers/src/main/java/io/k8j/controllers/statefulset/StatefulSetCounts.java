package io.k8j.controllers.statefulset;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.k8j.controllers.support.Nulls;
import java.time.Instant;
import java.util.List;

/** The status of a StatefulSet. */
final class StatefulSetCounts {
    private StatefulSetCounts() {}

    static StatefulSetStatus status(
            StatefulSet set,
            List<Pod> pods,
            String currentRevision,
            String updateRevision,
            int collisions,
            Instant now) {
        int replicas = 0;
        int ready = 0;
        int available = 0;
        int current = 0;
        int updated = 0;
        for (Pod pod : pods) {
            if (!StatefulPods.isCreated(pod)) {
                continue;
            }
            replicas++;
            if (StatefulPods.isRunningAndReady(pod)) {
                ready++;
                available += StatefulPods.isRunningAndAvailable(pod, set, now) ? 1 : 0;
            }
            if (!Nulls.isDeleting(pod)) {
                current += StatefulPods.revision(pod).equals(currentRevision) ? 1 : 0;
                updated += StatefulPods.revision(pod).equals(updateRevision) ? 1 : 0;
            }
        }
        boolean rolling = set.getSpec().getUpdateStrategy() == null
                || !"OnDelete".equals(set.getSpec().getUpdateStrategy().getType());
        String shown = currentRevision;
        if (rolling && updated == replicas && ready == replicas && replicas == StatefulPods.replicas(set)) {
            current = updated; // the update is complete: the new revision is the current one
            shown = updateRevision;
        }
        return new StatefulSetStatusBuilder()
                .withObservedGeneration(Nulls.generation(set))
                .withReplicas(replicas)
                .withReadyReplicas(orNull(ready))
                .withAvailableReplicas(available)
                .withCurrentReplicas(orNull(current))
                .withUpdatedReplicas(orNull(updated))
                .withCurrentRevision(shown)
                .withUpdateRevision(updateRevision)
                .withCollisionCount(collisions)
                .withConditions(
                        set.getStatus() == null
                                ? List.of()
                                : Nulls.list(set.getStatus().getConditions()))
                .build();
    }

    /** Zero is left out on the wire. */
    private static Integer orNull(int value) {
        return value == 0 ? null : value;
    }
}
