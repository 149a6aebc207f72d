package io.k8j.scheduler;

import io.k8j.client.EventRecorder;
import io.k8j.model.time.Time;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import io.k8j.scheduler.metrics.Metrics;
import io.k8j.scheduler.queue.QueuedPod;
import io.k8j.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduling thread: takes in changes, then places the next Pod, again and again; sleeps when there is nothing to do.
 * All state (nodes, queue, assumptions) is its own, so that placing a Pod needs neither locks nor copies.
 */
final class SchedulingLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulingLoop.class);
    private static final int CHANGES_AT_ONCE = 1000;
    static final String NO_NODES = "no nodes available to schedule pods";

    private final Inbox inbox = new Inbox();
    private final Time time;
    private final Nodes nodes;
    private final AssignedPods assigned;
    private final Nominations nominations;
    private final Placement placement;
    private final Map<String, Profile> profiles = new HashMap<>();
    private final PodWriter writer;
    private final EventRecorder events;
    private final Metrics metrics;
    private final WaitingPods waiting;
    private final PodGroups groups;
    private final GroupCycle groupCycle;
    private final Thread thread;
    private SchedulingQueue queue;
    private Time.Timer timer;
    private long timerDue;
    private volatile boolean ready; // written by the loop's thread only
    private volatile boolean closed;

    SchedulingLoop(
            Time time,
            Nodes nodes,
            AssignedPods assigned,
            Nominations nominations,
            Placement placement,
            PodWriter writer,
            PodGroups groups,
            GroupWriter groupWriter,
            EventRecorder events,
            Metrics metrics) {
        this.time = time;
        this.nodes = nodes;
        this.assigned = assigned;
        this.nominations = nominations;
        this.placement = placement;
        this.writer = writer;
        this.events = events;
        this.metrics = metrics;
        this.groups = groups;
        this.groupCycle = new GroupCycle(this, placement, assigned, groups, groupWriter, metrics);
        this.waiting = new WaitingPods(time, inbox::post);
        this.thread = Thread.ofPlatform().daemon().name("scheduler").unstarted(this::run);
    }

    void start(Map<String, Profile> withProfiles, SchedulingQueue withQueue) {
        profiles.putAll(withProfiles);
        queue = withQueue;
        thread.start();
    }

    /** Lets Pods be placed: the cluster is known now. */
    void ready() {
        inbox.post(() -> ready = true);
    }

    void post(Runnable task) {
        inbox.post(task);
    }

    /** Whether no Pod can be placed now and no change is to be looked at; Pods may wait for their time. */
    boolean isIdle() {
        return ready && inbox.isIdle();
    }

    boolean serves(String schedulerName) {
        return profiles.containsKey(schedulerName);
    }

    private void run() {
        while (!closed) {
            try {
                takeChanges();
                QueuedPod next = ready ? queue.poll() : null;
                if (next != null) {
                    schedule(next);
                } else {
                    metrics.depths(queue.depths());
                    wakeAfter(queue.nanosUntilNext());
                    inbox.await();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("scheduling failed");
            }
        }
    }

    private void takeChanges() {
        for (int i = 0; i < CHANGES_AT_ONCE; i++) {
            Runnable task = inbox.poll();
            if (task == null) {
                return;
            }
            task.run();
        }
    }

    private void wakeAfter(long nanos) {
        if (nanos < 0) {
            return;
        }
        long due = time.nanoTime() + nanos;
        if (timer != null && timerDue - due <= 0 && timerDue - time.nanoTime() > 0) {
            return; // wakes early enough
        }
        if (timer != null) {
            timer.cancel();
        }
        timerDue = due;
        timer = time.after(Duration.ofNanos(nanos), () -> inbox.post(() -> {}));
    }

    private void schedule(QueuedPod queued) throws InterruptedException {
        if (groups.of(queued.pod()) != null) {
            groupCycle.run(queued);
        } else if (isWanted(queued.pod())) {
            scheduleAlone(queued, profiles.get(queued.pod().schedulerName()));
        }
    }

    /** Whether a Pod that was taken out of the queue still needs a node from us. */
    boolean isWanted(PodInfo pod) {
        if (pod.isBeingDeleted()) {
            events.warning(pod.pod(), "FailedScheduling", "skip schedule deleting pod: " + pod.key());
            return false;
        }
        return profiles.containsKey(pod.schedulerName()) && assigned.get(pod.uid()) == null;
    }

    private void scheduleAlone(QueuedPod queued, Profile profile) throws InterruptedException {
        PodInfo pod = queued.pod();
        long begin = time.nanoTime();
        CycleState state = new CycleState();
        Placement.Outcome outcome = find(profile, state, pod);
        metrics.algorithm(time.nanoTime() - begin);
        switch (outcome) {
            case Placement.Outcome.Placed placed -> place(queued, profile, state, placed, begin);
            case Placement.Outcome.Refused refused -> refuse(queued, profile, state, refused.diagnosis(), begin);
            case Placement.Outcome.NoNodes none -> {
                queued.refusedBy().clear();
                refused(queued, profile, NO_NODES, "", begin);
            }
            case Placement.Outcome.Failed failed -> fail(queued, profile, failed.message(), begin);
        }
    }

    /** Looks for a node; a fault of ours is an outcome, too. */
    Placement.Outcome find(Profile profile, CycleState state, PodInfo pod) {
        try {
            return placement.place(profile, state, pod);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("pod", pod.key()).setCause(e).log("placement failed");
            return new Placement.Outcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    void fail(QueuedPod queued, Profile profile, String message, long begin) {
        LOG.atError()
                .addKeyValue("pod", queued.pod().key())
                .addKeyValue("cause", message)
                .log("pod not scheduled");
        metrics.attempt(profile.name, "error", time.nanoTime() - begin);
        nominations.remove(queued.pod().uid());
        report(queued, "SchedulerError", message, "");
        queue.failed(queued);
    }

    private void refuse(QueuedPod queued, Profile profile, CycleState state, Diagnosis diagnosis, long begin) {
        String nominated = makeRoom(profile, state, queued.pod(), diagnosis);
        queued.refusedBy().addAll(diagnosis.plugins());
        refused(queued, profile, diagnosis.message(), nominated, begin);
    }

    /**
     * Tries to make room for a Pod that fits nowhere.
     *
     * @return the node where room is being made; empty if an earlier nomination is to be withdrawn; null to leave it
     */
    String makeRoom(Profile profile, CycleState state, PodInfo pod, Diagnosis diagnosis) {
        String nominated = null;
        StringBuilder messages = new StringBuilder();
        long filtered = time.nanoTime();
        Status last = Status.SUCCESS;
        for (Plugin.PostFilter plugin : profile.postFilters) {
            long each = time.nanoTime();
            Plugin.PostFilter.Result result = plugin.postFilter(state, pod, diagnosis.statuses());
            timed(state, plugin, "PostFilter", result.status(), each);
            last = result.status();
            if (!result.status().message().isEmpty()) {
                messages.append(messages.isEmpty() ? "" : ", ")
                        .append(result.status().message());
            }
            if (result.nominated() != null) {
                nominated = result.nominated();
            }
            if (result.status().isSuccess()) {
                messages.setLength(0); // room is being made: what the others said does not matter
                break;
            }
            if (result.status().code() == Status.Code.ERROR) {
                break;
            }
        }
        metrics.point("PostFilter", profile.name, last, time.nanoTime() - filtered);
        diagnosis.postFilterMessage(messages.toString());
        return nominated;
    }

    /** Sends a Pod back to wait; {@link QueuedPod#refusedBy} says for what. */
    void refused(QueuedPod queued, Profile profile, String message, String nominated, long begin) {
        PodInfo pod = queued.pod();
        if (nominated != null && !nominated.isEmpty()) {
            nominations.put(pod, nominated);
        } else if (nominated != null) {
            nominations.remove(pod.uid());
        }
        metrics.attempt(profile.name, "unschedulable", time.nanoTime() - begin);
        report(queued, "Unschedulable", message, nominated);
        queue.refused(queued);
    }

    private void report(QueuedPod queued, String reason, String message, String nominated) {
        PodInfo pod = queued.pod();
        events.warning(pod.pod(), "FailedScheduling", Texts.shortened(message));
        writer.condition(queued, reason, message, nominated);
    }

    void place(QueuedPod queued, Profile profile, CycleState state, Placement.Outcome.Placed placed, long begin)
            throws InterruptedException {
        NodeInfo node = placed.node();
        PodInfo pod = queued.pod().assignedTo(node.name());
        assigned.assume(pod);
        nominations.remove(pod.uid());
        long reserving = time.nanoTime();
        for (Plugin.Reserve plugin : profile.reserves) {
            long each = time.nanoTime();
            Status status = plugin.reserve(state, pod, node);
            timed(state, plugin, "Reserve", status, each);
            if (!status.isSuccess()) {
                metrics.point("Reserve", profile.name, status, time.nanoTime() - reserving);
                takeBack(profile, state, pod);
                late(queued, profile, named("Reserve", plugin, status), begin);
                return;
            }
        }
        long permitting = time.nanoTime();
        metrics.point("Reserve", profile.name, Status.SUCCESS, permitting - reserving);
        Map<String, Long> holders = new LinkedHashMap<>();
        for (Plugin.Permit plugin : profile.permits) {
            long each = time.nanoTime();
            Plugin.Permit.Decision decision = plugin.permit(state, pod, node.name());
            timed(state, plugin, "Permit", decision.status(), each);
            if (decision.status().code() == Status.Code.WAIT) {
                holders.put(plugin.name(), decision.timeoutNanos());
            } else if (!decision.status().isSuccess()) {
                metrics.point("Permit", profile.name, decision.status(), time.nanoTime() - permitting);
                takeBack(profile, state, pod);
                late(queued, profile, named("Permit", plugin, decision.status()), begin);
                return;
            }
        }
        if (holders.isEmpty()) {
            metrics.point("Permit", profile.name, Status.SUCCESS, time.nanoTime() - permitting);
        }
        CompletableFuture<Status> permission = holders.isEmpty() ? null : waiting.hold(pod, holders);
        writer.bind(new PodWriter.Binding(queued, pod, node.name(), profile, state, begin, permission), this::bound);
    }

    /** The answer with the name of who gave it: a fault tells it in its message. */
    static Status named(String point, Plugin plugin, Status status) {
        return status.isRejected() ? status.by(plugin.name()) : Status.error(Placement.inWords(point, plugin, status));
    }

    private void timed(CycleState state, Plugin plugin, String point, Status status, long begin) {
        if (state.isTimed()) metrics.plugin(plugin.name(), point, status, time.nanoTime() - begin);
    }

    void takeBack(Profile profile, CycleState state, PodInfo pod) {
        profile.reserves.reversed().forEach(plugin -> plugin.unreserve(state, pod, pod.nodeName()));
        assigned.forget(pod);
    }

    /** The Pod was placed and then refused all the same. */
    private void late(QueuedPod queued, Profile profile, Status status, long begin) {
        queue.changed(new ClusterEvent(ClusterEvent.Resource.ASSIGNED_POD, ClusterEvent.DELETE), queued.pod(), null);
        if (status.isRejected()) {
            queued.refusedBy().add(status.plugin());
            Diagnosis diagnosis = new Diagnosis(nodes.count(), new io.k8j.scheduler.framework.NodeStatuses(status));
            diagnosis.plugins().add(status.plugin());
            metrics.attempt(profile.name, "unschedulable", time.nanoTime() - begin);
            nominations.remove(queued.pod().uid());
            report(queued, "Unschedulable", diagnosis.message(), "");
            queue.refusedLate(queued);
        } else {
            fail(queued, profile, status.message(), begin);
        }
    }

    /** On the scheduling thread, after the binding was written or was not. */
    private void bound(PodWriter.Binding binding, Status status) {
        PodInfo pod = binding.pod();
        if (status.isSuccess()) {
            queue.remove(pod.uid());
            metrics.scheduled(
                    binding.profile().name, time.nanoTime() - binding.begin(), binding.queued(), time.instant());
        } else {
            takeBack(binding.profile(), binding.state(), pod);
            if (queue.get(pod.uid()) == binding.queued()) {
                late(binding.queued(), binding.profile(), status, binding.begin());
            }
        }
    }

    Profile profile(String schedulerName) {
        return profiles.get(schedulerName);
    }

    Time time() {
        return time;
    }

    PodGroups groups() {
        return groups;
    }

    SchedulingQueue queue() {
        return queue;
    }

    Nominations nominations() {
        return nominations;
    }

    AssignedPods assigned() {
        return assigned;
    }

    WaitingPods waiting() {
        return waiting;
    }

    Nodes nodes() {
        return nodes;
    }

    /** Stops after the Pod at hand; bindings that are under way go on. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
