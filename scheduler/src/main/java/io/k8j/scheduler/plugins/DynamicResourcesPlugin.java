package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;

/** Keeps Pods with resource claims waiting, as devices are not allocated yet; all others pass. */
final class DynamicResourcesPlugin implements Plugin.PreFilter, Plugin.PostFilter {
    @Override
    public String name() {
        return "DynamicResources";
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        return pod.pod().getSpec().getResourceClaims().isEmpty()
                ? Status.SKIP
                : Status.unresolvable("resource claims cannot be allocated by this scheduler");
    }

    @Override
    public Result postFilter(CycleState state, PodInfo pod, NodeStatuses statuses) {
        return new Result(Status.unschedulable("no new claims to deallocate"), null);
    }
}
