package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;

/** Keeps Pods with scheduling gates out of the queue. */
final class SchedulingGatesPlugin implements Plugin.PreEnqueue {
    @Override
    public String name() {
        return "SchedulingGates";
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        List<PodSchedulingGate> gates = pod.pod().getSpec().getSchedulingGates();
        if (gates == null || gates.isEmpty()) {
            return Status.SUCCESS;
        }
        String names =
                String.join(" ", gates.stream().map(PodSchedulingGate::getName).toList());
        return Status.unresolvable("waiting for scheduling gates: [" + names + "]");
    }

    @Override
    public List<EventHint> events() {
        return List.of(EventHint.onPendingPod(
                ClusterEvent.POD_GATES,
                (pod, before, now) -> pod.uid().equals(now.uid())
                        && now.pod().getSpec().getSchedulingGates().isEmpty()));
    }
}
