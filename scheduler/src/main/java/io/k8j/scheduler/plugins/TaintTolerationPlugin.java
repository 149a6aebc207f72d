package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Scores;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.framework.Taints;
import java.util.List;

/** Refuses nodes with taints that the Pod does not tolerate, and prefers those with the fewest soft ones. */
final class TaintTolerationPlugin implements Plugin.Filter, Plugin.PreScore, Plugin.Score {
    private static final Status REFUSED =
            Status.unresolvable("node(s) had untolerated taint(s)").by("TaintToleration");
    private static final CycleState.Key<List<Toleration>> SOFT = new CycleState.Key<>();

    @Override
    public String name() {
        return "TaintToleration";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return node.taints().isEmpty() || Taints.untolerated(node.taints(), pod.tolerations()) == null
                ? Status.SUCCESS
                : REFUSED;
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        state.write(
                SOFT,
                pod.tolerations().stream()
                        .filter(t -> t.getEffect() == null
                                || t.getEffect().isEmpty()
                                || t.getEffect().equals("PreferNoSchedule"))
                        .toList());
        return Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        List<Taint> taints = node.taints();
        if (taints.isEmpty()) {
            return 0;
        }
        List<Toleration> tolerations = state.read(SOFT);
        long untolerated = 0;
        for (Taint taint : taints) {
            if ("PreferNoSchedule".equals(taint.getEffect()) && !Taints.tolerates(tolerations, taint)) {
                untolerated++;
            }
        }
        return untolerated;
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, nodes.size(), true);
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onNode(
                        ClusterEvent.ADD | ClusterEvent.NODE_TAINTS,
                        (pod, before, now) -> isTolerated(pod, now) && (before == null || !isTolerated(pod, before))),
                EventHint.onPendingPod(
                        ClusterEvent.POD_TOLERATIONS,
                        (pod, before, now) -> pod.uid().equals(now.uid())));
    }

    private static boolean isTolerated(PodInfo pod, Node node) {
        return node.getSpec() == null || Taints.untolerated(node.getSpec().getTaints(), pod.tolerations()) == null;
    }
}
