package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Node;

/**
 * Says for a plugin which changes may help the Pods that it refused.
 *
 * @param event the kind of change
 * @param hint looks closer
 */
public record EventHint(ClusterEvent event, Hint hint) {
    /** Decides about one Pod; objects are null before they come and after they go. */
    @FunctionalInterface
    public interface Hint {
        boolean helps(PodInfo refused, Object before, Object now);
    }

    /** Like {@link Hint}, for changes of nodes. */
    @FunctionalInterface
    public interface NodeHint {
        boolean helps(PodInfo refused, Node before, Node now);
    }

    /** Like {@link Hint}, for changes of Pods. */
    @FunctionalInterface
    public interface PodHint {
        boolean helps(PodInfo refused, PodInfo before, PodInfo now);
    }

    public static EventHint always(ClusterEvent.Resource resource, int actions) {
        return new EventHint(new ClusterEvent(resource, actions), (pod, before, now) -> true);
    }

    public static EventHint onNode(int actions, NodeHint hint) {
        return new EventHint(
                new ClusterEvent(ClusterEvent.Resource.NODE, actions),
                (pod, before, now) -> hint.helps(pod, (Node) before, (Node) now));
    }

    public static EventHint onAssignedPod(int actions, PodHint hint) {
        return new EventHint(
                new ClusterEvent(ClusterEvent.Resource.ASSIGNED_POD, actions),
                (pod, before, now) -> hint.helps(pod, (PodInfo) before, (PodInfo) now));
    }

    public static EventHint onPendingPod(int actions, PodHint hint) {
        return new EventHint(
                new ClusterEvent(ClusterEvent.Resource.PENDING_POD, actions),
                (pod, before, now) -> hint.helps(pod, (PodInfo) before, (PodInfo) now));
    }
}
