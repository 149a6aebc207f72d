package io.k8j.kubelet.shutdown;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Decides in which order Pods end with their node, and how long each gets. Pure. */
final class ShutdownPlan {
    /**
     * Pods that end together.
     *
     * @param period the longest time for all of them
     */
    record Group(Duration period, List<Pod> pods) {}

    private ShutdownPlan() {}

    /** A group for each step; those without Pods cost no time and are left out. */
    static List<Group> of(List<Pod> pods, ShutdownConfig config) {
        List<Group> groups = new ArrayList<>();
        for (ShutdownConfig.Step step : config.steps()) groups.add(new Group(step.period(), new ArrayList<>()));
        if (groups.isEmpty()) return groups;
        for (Pod pod : pods) groups.get(indexOf(pod, config.steps())).pods().add(pod);
        return groups.stream().filter(group -> !group.pods().isEmpty()).toList();
    }

    /** The last step whose priority it reaches; the first one if it reaches none. */
    private static int indexOf(Pod pod, List<ShutdownConfig.Step> steps) {
        int index = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (priority(pod) >= steps.get(i).priority()) index = i;
        }
        return index;
    }

    private static int priority(Pod pod) {
        Integer priority = pod.getSpec().getPriority();
        return priority == null ? 0 : priority;
    }
}
