package io.k8j.scheduler.plugins.group;

import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlacement;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.groups.PodGroups;
import java.util.Arrays;
import java.util.List;

/** Prefers placements that take more of a group's Pods. */
public final class PodGroupPodsCountPlugin implements GroupPlugin.Score {
    private final PodGroups groups;

    public PodGroupPodsCountPlugin(PluginContext context) {
        this.groups = context.groups();
    }

    @Override
    public String name() {
        return "PodGroupPodsCount";
    }

    @Override
    public long score(ObjectKey group, GroupPlacement placement, List<PodInfo> proposed) {
        return groups.placed(group) + (long) proposed.size();
    }

    @Override
    public Status normalize(long[] counts) {
        long most = Arrays.stream(counts).max().orElse(0);
        if (most == 0) {
            return Status.error("no pods from pod group are assigned to any of the candidate placements");
        }
        for (int i = 0; i < counts.length; i++) counts[i] = counts[i] * Plugin.Score.MAX / most;
        return Status.SUCCESS;
    }
}
