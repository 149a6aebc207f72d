package io.k8j.scheduler.queue;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.PodInfo;
import java.util.Objects;

/** Finds what has changed of a Pod that matters to placing. */
public final class PodChanges {
    private PodChanges() {}

    /** A sum of {@link ClusterEvent}'s actions; 0 if nothing matters. */
    public static int of(PodInfo before, PodInfo now) {
        PodSpec old = before.pod().getSpec();
        PodSpec spec = now.pod().getSpec();
        int changes = 0;
        if (!before.labels().equals(now.labels())) {
            changes |= ClusterEvent.POD_LABELS;
        }
        if (!Objects.equals(old.getTolerations(), spec.getTolerations())) {
            changes |= ClusterEvent.POD_TOLERATIONS;
        }
        if (!old.getSchedulingGates().isEmpty() && spec.getSchedulingGates().isEmpty()) {
            changes |= ClusterEvent.POD_GATES;
        }
        for (int id : before.resources()) {
            if (now.request(id) < before.request(id)) {
                changes |= ClusterEvent.POD_SCALED_DOWN;
            }
        }
        if (!Objects.equals(
                before.pod().getStatus().getResourceClaimStatuses(),
                now.pod().getStatus().getResourceClaimStatuses())) {
            changes |= ClusterEvent.POD_CLAIMS;
        }
        return changes;
    }
}
