package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.HostPort;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;

/** Refuses nodes whose ports are taken. */
final class NodePortsPlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final Status REFUSED = Status.unschedulable(
                    "node(s) didn't have free ports for the requested pod ports")
            .by("NodePorts");

    @Override
    public String name() {
        return "NodePorts";
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        return pod.hostPorts().isEmpty() ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return conflict(pod.hostPorts(), node.hostPorts()) ? REFUSED : Status.SUCCESS;
    }

    private static boolean conflict(List<HostPort> wanted, List<HostPort> taken) {
        for (int i = 0; i < taken.size(); i++) {
            for (int j = 0; j < wanted.size(); j++) {
                if (wanted.get(j).conflictsWith(taken.get(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onAssignedPod(
                        ClusterEvent.DELETE,
                        (pod, gone, now) -> gone != null && conflict(pod.hostPorts(), gone.hostPorts())),
                EventHint.always(ClusterEvent.Resource.NODE, ClusterEvent.ADD));
    }
}
