package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;

/** Prefers nodes that have the Pod's images already, the more so the larger and the wider spread they are. */
final class ImageLocalityPlugin implements Plugin.PreScore, Plugin.Score {
    private static final long MB = 1024 * 1024;
    private static final long LOWEST = 23 * MB;
    private static final long HIGHEST_PER_CONTAINER = 1000 * MB;
    private static final CycleState.Key<Nodes> NODES = new CycleState.Key<>();

    @Override
    public String name() {
        return "ImageLocality";
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        state.write(NODES, nodes);
        return Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        if (node.images().isEmpty()) {
            return 0;
        }
        Nodes nodes = state.read(NODES);
        long sum = 0;
        for (int i = 0; i < pod.images().size(); i++) {
            String image = pod.images().get(i);
            Long size = node.images().get(image);
            if (size != null) {
                double spread = (double) nodes.nodesWithImage(image) / nodes.count();
                sum += (long) (size * spread);
            }
        }
        long highest = HIGHEST_PER_CONTAINER * pod.images().size();
        long clamped = Math.clamp(sum, LOWEST, Math.max(LOWEST, highest));
        return MAX * (clamped - LOWEST) / (highest - LOWEST);
    }
}
