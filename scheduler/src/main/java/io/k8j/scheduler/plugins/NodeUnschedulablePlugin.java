package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.framework.Taints;
import java.util.List;

/** Refuses cordoned nodes. */
final class NodeUnschedulablePlugin implements Plugin.Filter {
    private static final Taint CORDONED = new Taint("NoSchedule", "node.kubernetes.io/unschedulable", null, null);
    private static final Status REFUSED =
            Status.unresolvable("node(s) were unschedulable").by("NodeUnschedulable");

    @Override
    public String name() {
        return "NodeUnschedulable";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return !node.isUnschedulable() || Taints.tolerates(pod.tolerations(), CORDONED) ? Status.SUCCESS : REFUSED;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onNode(
                        ClusterEvent.ADD | ClusterEvent.NODE_TAINTS,
                        (pod, before, now) -> !isCordoned(now) && (before == null || isCordoned(before))),
                EventHint.onPendingPod(
                        ClusterEvent.POD_TOLERATIONS,
                        (pod, before, now) ->
                                pod.uid().equals(now.uid()) && Taints.tolerates(now.tolerations(), CORDONED)));
    }

    private static boolean isCordoned(Node node) {
        return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }
}
