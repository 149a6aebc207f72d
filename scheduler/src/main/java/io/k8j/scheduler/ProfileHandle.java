package io.k8j.scheduler;

import io.k8j.scheduler.framework.Candidate;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.metrics.Metrics;
import java.util.List;
import java.util.concurrent.Executor;

/** Gives the plugins of a profile what they may ask for. */
final class ProfileHandle implements FrameworkHandle {
    private final SchedulingLoop loop;
    private final Placement placement;
    private final PodWriter writer;
    private final Metrics metrics;
    private Profile profile; // set once, before the loop starts

    ProfileHandle(SchedulingLoop loop, Placement placement, PodWriter writer, Metrics metrics) {
        this.loop = loop;
        this.placement = placement;
        this.writer = writer;
        this.metrics = metrics;
    }

    void profile(Profile made) {
        profile = made;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return placement.filter(profile, state, pod, node);
    }

    @Override
    public boolean decidesLocally(CycleState state) {
        return placement.decidesLocally(state);
    }

    @Override
    public boolean hasExtenders() {
        return !placement.extenders().isEmpty();
    }

    @Override
    public void addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        placement.addPod(profile, state, pod, added, node);
    }

    @Override
    public void removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        placement.removePod(profile, state, pod, removed, node);
    }

    @Override
    public List<PodInfo> nominated(String node) {
        return List.copyOf(loop.nominations().on(node));
    }

    @Override
    public void withdrawNomination(PodInfo pod) {
        loop.nominations().remove(pod.uid());
        writer.withdrawNomination(pod);
    }

    @Override
    public void reconsider(PodInfo pod) {
        loop.queue().reconsider(pod.uid());
    }

    @Override
    public void retry(PodInfo pod) {
        loop.queue().retry(pod.uid());
    }

    @Override
    public void changed(ClusterEvent event, Object before, Object now) {
        loop.queue().changed(event, before, now);
    }

    @Override
    public Candidate.Narrowed narrow(PodInfo pod, List<Candidate> candidates) {
        return placement.extenders().preempt(pod, candidates);
    }

    @Override
    public void allow(String uid, String plugin) {
        loop.waiting().allow(uid, plugin);
    }

    @Override
    public void reject(String uid, String plugin, String message) {
        loop.waiting().reject(uid, Status.unschedulable(message).by(plugin));
    }

    @Override
    public void preempt(String uid, String plugin) {
        loop.waiting()
                .reject(
                        uid,
                        Status.error("waiting on permit for pod: preempted").by(plugin));
    }

    @Override
    public List<PodInfo> waiting() {
        return loop.waiting().all();
    }

    @Override
    public void countPreemption() {
        metrics.preempted();
    }

    @Override
    public void countVictims(int pods) {
        metrics.victims(pods);
    }

    @Override
    public void post(Runnable task) {
        loop.post(task);
    }

    @Override
    public Executor writers() {
        return writer.writers();
    }
}
