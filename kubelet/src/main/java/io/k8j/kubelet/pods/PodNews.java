package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.k8j.kubelet.pods.spec.ContainerRef;
import java.util.List;
import java.util.Objects;

/**
 * Tells whether a newer object says anything that its worker does not know. Most do not: they only bring back the status
 * that the worker has written itself. Pure.
 */
final class PodNews {
    private PodNews() {}

    static boolean isIn(Pod before, Pod now) {
        ObjectMeta old = before.getMetadata();
        ObjectMeta fresh = now.getMetadata();
        return !Objects.equals(old.getDeletionTimestamp(), fresh.getDeletionTimestamp())
                || !Objects.equals(old.getDeletionGracePeriodSeconds(), fresh.getDeletionGracePeriodSeconds())
                || !Objects.equals(old.getLabels(), fresh.getLabels())
                || !Objects.equals(old.getAnnotations(), fresh.getAnnotations())
                || !Objects.equals(old.getGeneration(), fresh.getGeneration())
                || !Objects.equals(before.getSpec(), now.getSpec())
                || !Objects.equals(phase(before), phase(now))
                || !foreign(before.getStatus()).equals(foreign(now.getStatus()));
    }

    private static String phase(Pod pod) {
        return pod.getStatus() == null ? null : pod.getStatus().getPhase();
    }

    /** Conditions that others set, such as those of readiness gates. */
    private static List<PodCondition> foreign(PodStatus status) {
        return status == null
                ? List.of()
                : ContainerRef.orEmpty(status.getConditions()).stream()
                        .filter(condition -> !StatusKeeper.OURS.contains(condition.getType()))
                        .toList();
    }
}
