package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;

/** Lets Pods of higher priority go first. */
final class PrioritySortPlugin implements Plugin.QueueSort {
    @Override
    public String name() {
        return "PrioritySort";
    }

    @Override
    public int compare(PodInfo one, PodInfo other) {
        return Integer.compare(other.priority(), one.priority());
    }
}
