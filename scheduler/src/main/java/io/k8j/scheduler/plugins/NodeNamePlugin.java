package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;

/** Refuses all nodes but the one that the Pod names. */
final class NodeNamePlugin implements Plugin.Filter {
    private static final Status REFUSED =
            Status.unresolvable("node(s) didn't match the requested node name").by("NodeName");

    @Override
    public String name() {
        return "NodeName";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        String wanted = pod.pod().getSpec().getNodeName();
        return wanted == null || wanted.isEmpty() || wanted.equals(node.name()) ? Status.SUCCESS : REFUSED;
    }

    @Override
    public List<EventHint> events() {
        return List.of(EventHint.always(ClusterEvent.Resource.NODE, ClusterEvent.ADD));
    }
}
