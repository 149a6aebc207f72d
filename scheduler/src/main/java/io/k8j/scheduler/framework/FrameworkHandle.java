package io.k8j.scheduler.framework;

import java.util.List;
import java.util.concurrent.Executor;

/** What a plugin may ask of the profile that it runs in. All but {@link #post} and {@link #writers} on the scheduling thread. */
public interface FrameworkHandle {
    /** Runs all filters for the Pod on the node as it is now, nominated Pods of equal or higher priority included. */
    Status filter(CycleState state, PodInfo pod, NodeInfo node);

    /** Imagines a Pod on a node: counts it and tells the PreFilter plugins. */
    void addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node);

    /** Imagines a Pod away from its node: the reverse of {@link #addPod}. */
    void removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node);

    /** Pods that are to come to the node once room is made. */
    List<PodInfo> nominated(String node);

    /** Withdraws the nomination of a Pod, here and in its status. */
    void withdrawNomination(PodInfo pod);

    /** Keeps the Pod from being tried again until the work about it is done. */
    void hold(PodInfo pod, boolean held);

    /** Tells that something outside has changed; any thread. */
    void changed(ClusterEvent event, Object before, Object now);

    /** Runs something on the scheduling thread soon; any thread. */
    void post(Runnable task);

    /** Runs work that blocks, each piece on its own virtual thread. */
    Executor writers();
}
