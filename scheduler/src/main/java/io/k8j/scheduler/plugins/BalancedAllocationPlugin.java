package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;

/** Prefers nodes whose resources become taken in equal shares. */
final class BalancedAllocationPlugin implements Plugin.PreScore, Plugin.Score {
    private final ScoredResource[] resources;
    private final double[] shares; // of the scheduling thread

    BalancedAllocationPlugin(List<ScoredResource> resources) {
        this.resources = resources.toArray(ScoredResource[]::new);
        this.shares = new double[resources.size()];
    }

    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    /** Pods that request nothing change no shares. */
    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        for (ScoredResource resource : resources) {
            if (pod.request(resource.id()) > 0) {
                return Status.SUCCESS;
            }
        }
        return Status.SKIP;
    }

    /** How balanced the node is with the Pod, against how balanced it is without. */
    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        long with = balance(pod, node, true);
        long without = balance(pod, node, false);
        return MAX / 2 + (MAX / 2 + with - without) / 2;
    }

    private long balance(PodInfo pod, NodeInfo node, boolean withPod) {
        int count = 0;
        double total = 0;
        for (ScoredResource resource : resources) {
            long allocatable = resource.allocatable(pod, node);
            if (allocatable > 0) {
                long taken = withPod ? resource.taken(pod, node) : node.requested(resource.id());
                double share = Math.min(1, (double) taken / allocatable);
                shares[count++] = share;
                total += share;
            }
        }
        double deviation = 0;
        if (count == 2) {
            deviation = Math.abs(shares[0] - shares[1]) / 2;
        } else if (count > 2) {
            double mean = total / count;
            double squares = 0;
            for (int i = 0; i < count; i++) {
                squares += (shares[i] - mean) * (shares[i] - mean);
            }
            deviation = Math.sqrt(squares / count);
        }
        return (long) ((1 - deviation) * MAX);
    }
}
