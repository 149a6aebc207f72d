package io.k8j.scheduler.framework;

import java.util.List;
import java.util.concurrent.Executor;

/** What a plugin may ask of the profile that it runs in: on the scheduling thread, where nothing else is said. */
public interface FrameworkHandle {
    /** Runs all filters for the Pod on the node as it is now, with the Pods that are nominated to it. */
    Status filter(CycleState state, PodInfo pod, NodeInfo node);

    /**
     * Whether {@link #filter} depends for this Pod on its own spec and priority and on the node (its Pods and those that
     * are nominated to it) alone.
     */
    boolean decidesLocally(CycleState state);

    /** Imagines a Pod on a node: counts it and tells the PreFilter plugins. */
    void addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node);

    /** Imagines a Pod away from its node: the reverse of {@link #addPod}. */
    void removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node);

    /** Pods that are to come to the node once room is made. */
    List<PodInfo> nominated(String node);

    /** Withdraws the nomination of a Pod, here and in its status. */
    void withdrawNomination(PodInfo pod);

    /** Asks PreEnqueue again about a Pod that it kept back. */
    void reconsider(PodInfo pod);

    /** Tries a Pod again without waiting for a change. */
    void retry(PodInfo pod);

    /** Tells that something has changed that may help refused Pods. */
    void changed(ClusterEvent event, Object before, Object now);

    /** Whether {@link #narrow} asks anybody. */
    boolean hasExtenders();

    /** Lets programs outside the scheduler take candidates of a preemption away; blocks until they have answered. */
    Candidate.Narrowed narrow(PodInfo pod, List<Candidate> candidates);

    /** Lets a Pod go on that {@link Plugin.Permit} holds, as far as this plugin is concerned; nothing if it waits no more. */
    void allow(String uid, String plugin);

    /** Refuses a Pod that {@link Plugin.Permit} holds; nothing if it waits no more. */
    void reject(String uid, String plugin, String message);

    /** Takes its place away from a Pod that {@link Plugin.Permit} holds; it is tried again after a pause. */
    void preempt(String uid, String plugin);

    /** Pods that {@link Plugin.Permit} holds. */
    List<PodInfo> waiting();

    /** Counts an attempt to make room. */
    void countPreemption();

    /** Counts the Pods that were chosen to make room for one. */
    default void countVictims(int pods) {}

    /** Runs something on the scheduling thread soon; any thread. */
    void post(Runnable task);

    /** Runs work that blocks, each piece on its own virtual thread; any thread. */
    Executor writers();
}
