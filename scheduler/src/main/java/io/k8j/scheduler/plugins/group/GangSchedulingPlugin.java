package io.k8j.scheduler.plugins.group;

import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import java.time.Duration;
import java.util.List;

/** Lets Pods of a gang go all together or not at all. */
public final class GangSchedulingPlugin implements Plugin.PreEnqueue, Plugin.Permit {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Decision ALLOWED = new Decision(Status.SUCCESS, 0);
    private static final Decision HELD = new Decision(
            new Status(Status.Code.WAIT, List.of("waiting for minCount pods from a gang to be scheduled"), ""),
            LONGEST_WAIT.toNanos());

    private final FrameworkHandle framework;
    private final PodGroups groups;

    public GangSchedulingPlugin(PluginContext context) {
        this.framework = context.framework();
        this.groups = context.groups();
        groups.onChange(this::changed);
    }

    @Override
    public String name() {
        return "GangScheduling";
    }

    /** Pods that were kept out of the queue may come in once the last one that was missing is there. */
    private void changed(ObjectKey key) {
        PodGroup group = groups.get(key);
        if (group != null && groups.pods(key).size() >= group.minCount()) {
            groups.waiting(key).forEach(framework::reconsider);
        }
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        ObjectKey key = groups.of(pod);
        if (key == null) return Status.SUCCESS;
        PodGroup group = groups.get(key);
        if (group == null) {
            return Status.unresolvable(
                    "waiting for pods's pod group \"%s\" to appear in scheduling queue".formatted(key.name()));
        }
        return groups.pods(key).size() < group.minCount()
                ? Status.unresolvable("waiting for minCount pods from a gang to appear in scheduling queue")
                : Status.SUCCESS;
    }

    @Override
    public Decision permit(CycleState state, PodInfo pod, String node) {
        ObjectKey key = groups.of(pod);
        if (key == null) return ALLOWED;
        PodGroup group = groups.get(key);
        if (group == null) {
            return new Decision(
                    Status.error("failed to get podGroup %1$s/%2$s: podgroup.scheduling.k8s.io \"%2$s\" not found"
                            .formatted(key.namespace(), key.name())),
                    0);
        }
        if (groups.placed(key) < group.minCount()) {
            if (!state.isTrial()) groups.waiting(key).forEach(framework::retry);
            return HELD;
        }
        if (!state.isTrial()) {
            for (PodInfo waiting : framework.waiting()) {
                if (key.equals(groups.of(waiting))) framework.allow(waiting.uid(), name());
            }
        }
        return ALLOWED;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onPendingPod(ClusterEvent.ADD, (pod, before, now) -> isSameGroup(pod, now)),
                EventHint.onAssignedPod(ClusterEvent.ADD, (pod, before, now) -> isSameGroup(pod, now)),
                new EventHint(
                        new ClusterEvent(ClusterEvent.Resource.POD_GROUP, ClusterEvent.ADD),
                        (pod, before, now) -> ObjectKey.of((PodGroup) now).equals(groups.of(pod))));
    }

    private boolean isSameGroup(PodInfo pod, PodInfo added) {
        ObjectKey key = groups.of(pod);
        return key != null && key.equals(groups.of(added));
    }
}
