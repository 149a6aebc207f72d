package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;

/** Refuses nodes whose kubelet does not say that it can do what the Pod asks for, where not every kubelet can. */
final class NodeDeclaredFeaturesPlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final Status REFUSED =
            Status.unresolvable("node(s) didn't match Pod's required features").by("NodeDeclaredFeatures");
    private static final CycleState.Key<List<String>> NEEDED = new CycleState.Key<>();

    @Override
    public String name() {
        return "NodeDeclaredFeatures";
    }

    /** What equal Pods have in common does not include what is asked for here. */
    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        List<String> needed = neededBy(pod.pod().getSpec());
        if (needed.isEmpty()) return Status.SKIP;
        state.write(NEEDED, needed);
        return Status.SUCCESS;
    }

    private static List<String> neededBy(PodSpec spec) {
        List<String> needed = List.of();
        if (restartsAll(spec.getContainers()) || restartsAll(spec.getInitContainers())) {
            needed = new ArrayList<>(List.of("RestartAllContainersOnContainerExits"));
        }
        if (Boolean.TRUE.equals(spec.getHostNetwork()) && Boolean.FALSE.equals(spec.getHostUsers())) {
            needed = new ArrayList<>(needed);
            needed.add("UserNamespacesHostNetworkSupport");
        }
        return needed;
    }

    private static boolean restartsAll(List<Container> containers) {
        for (Container container : containers) {
            if (container.getRestartPolicyRules().isEmpty()) continue;
            if (container.getRestartPolicyRules().stream()
                    .anyMatch(rule -> "RestartAllContainers".equals(rule.getAction()))) return true;
        }
        return false;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        List<String> declared = node.node().getStatus() == null
                ? List.of()
                : node.node().getStatus().getDeclaredFeatures();
        return declared.containsAll(state.read(NEEDED)) ? Status.SUCCESS : REFUSED;
    }

    @Override
    public List<EventHint> events() {
        return List.of(EventHint.onNode(
                ClusterEvent.ADD | ClusterEvent.NODE_FEATURES,
                (pod, before, now) -> before == null || !features(before).equals(features(now))));
    }

    private static List<String> features(Node node) {
        return node.getStatus() == null ? List.of() : node.getStatus().getDeclaredFeatures();
    }
}
