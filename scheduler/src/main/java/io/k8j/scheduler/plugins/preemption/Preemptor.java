package io.k8j.scheduler.plugins.preemption;

import io.k8j.scheduler.framework.PodInfo;
import java.util.List;

/**
 * For whom room is made.
 *
 * @param uid of the Pod or PodGroup
 * @param type as messages call it
 * @param pods that wait for the room, one or more
 */
record Preemptor(String uid, String type, List<PodInfo> pods) {
    static Preemptor of(PodInfo pod) {
        return new Preemptor(pod.uid(), "pod", List.of(pod));
    }

    String schedulerName() {
        return pods.getFirst().schedulerName();
    }
}
