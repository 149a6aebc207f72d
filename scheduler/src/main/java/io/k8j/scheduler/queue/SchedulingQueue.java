package io.k8j.scheduler.queue;

import io.k8j.model.time.Time;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The Pods that need a node: ready ones in order, those that wait out a pause, and those that wait for a change.
 *
 * <p>A Pod that was refused waits until a change comes that one of the plugins that refused it finds helpful, or for five
 * minutes. Then it goes through its pause (1 s, doubling to 10 s) to the ready ones. Belongs to the scheduling thread.
 */
public final class SchedulingQueue {
    private static final String FAILURE = "ScheduleAttemptFailure";

    /** Pauses of the queue. */
    public record Pauses(Duration first, Duration longest, Duration longestWait) {
        public static final Pauses DEFAULT =
                new Pauses(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(5));
    }

    private final Time time;
    private final Pauses pauses;
    private final Function<PodInfo, Status> gate;
    private final boolean pausesEnd;
    private final Function<PodInfo, Map<String, List<EventHint>>> hints;
    private final Map<String, QueuedPod> pods = new LinkedHashMap<>();
    private final Map<String, QueuedPod> unschedulable = new LinkedHashMap<>();
    private final Map<String, QueuedPod> gated = new HashMap<>();
    private final PodQueue active;
    private final PodQueue backingOff =
            new PodQueue(Comparator.comparingLong((PodQueue.Entry e) -> e.time).thenComparingLong(e -> e.order));
    private long orders;
    private long moves;

    private final Map<Arrival, LongAdder> incoming = new ConcurrentHashMap<>();

    /**
     * A queue without Pods.
     *
     * @param pausesEnd whether Pods are taken out of their pause when there is nothing else to do
     * @param order the profile's sorting
     * @param gate PreEnqueue of the Pod's profile
     * @param hints what the plugins of the Pod's profile find helpful, by plugin
     */
    public SchedulingQueue(
            Time time,
            Pauses pauses,
            boolean pausesEnd,
            Comparator<PodInfo> order,
            Function<PodInfo, Status> gate,
            Function<PodInfo, Map<String, List<EventHint>>> hints) {
        this.time = time;
        this.pauses = pauses;
        this.pausesEnd = pausesEnd;
        this.gate = gate;
        this.hints = hints;
        this.active = new PodQueue(Comparator.comparing((PodQueue.Entry e) -> e.info, order)
                .thenComparingLong(e -> e.time)
                .thenComparingLong(e -> e.order));
    }

    /** A Pod that has no node yet, or its new version. */
    public void put(PodInfo pod) {
        QueuedPod known = pods.get(pod.uid());
        if (known == null) {
            QueuedPod added = new QueuedPod(pod, time.instant());
            added.order = orders++;
            added.queuedAt = time.nanoTime();
            pods.put(pod.uid(), added);
            enqueue(added);
            count("UnscheduledPodAdd", added);
        } else {
            update(known, pod);
        }
    }

    private void update(QueuedPod known, PodInfo pod) {
        PodInfo before = known.pod();
        known.pod(pod);
        switch (known.place) {
            case ACTIVE -> {
                if (before.priority() != pod.priority()) {
                    active.remove(known);
                    enqueue(known);
                }
            }
            case GATED -> enqueue(known);
            case UNSCHEDULABLE -> {
                int changes = PodChanges.of(before, pod);
                if (changes != 0) {
                    moveIfHelped(known, new ClusterEvent(ClusterEvent.Resource.PENDING_POD, changes), before, pod);
                }
            }
            case BACKING_OFF, IN_FLIGHT -> {}
        }
    }

    private void enqueue(QueuedPod pod) {
        if (!isKeptOut(pod)) activate(pod);
    }

    /** Asks the gate; who does not pass waits there. */
    private boolean isKeptOut(QueuedPod pod) {
        unschedulable.remove(pod.pod().uid());
        gated.remove(pod.pod().uid());
        Status allowed = gate.apply(pod.pod());
        if (allowed.isSuccess()) return false;
        pod.place = QueuedPod.Place.GATED;
        pod.refusedBy().clear();
        pod.refusedBy().add(allowed.plugin());
        gated.put(pod.pod().uid(), pod);
        return true;
    }

    private void activate(QueuedPod pod) {
        pod.place = QueuedPod.Place.ACTIVE;
        active.add(new PodQueue.Entry(pod, pod.queuedAt, pod.order));
    }

    /** The next Pod, in flight from now on; null if none is ready. One that only waits out its pause is next to nothing. */
    public QueuedPod poll() {
        flush();
        PodQueue.Entry first = active.poll();
        if (first == null) {
            first = firstRefused();
        }
        if (first == null) {
            return null;
        }
        return taken(first.pod);
    }

    private QueuedPod taken(QueuedPod pod) {
        pod.place = QueuedPod.Place.IN_FLIGHT;
        pod.takenAtMove = moves;
        pod.attempts++;
        pod.refusedBy().clear();
        return pod;
    }

    /** One Pod that waits for its turn, out of its pause or for a change; in flight from now on. Null if it does not. */
    public QueuedPod take(String uid) {
        QueuedPod pod = pods.get(uid);
        if (pod == null) {
            return null;
        }
        switch (pod.place) {
            case ACTIVE -> active.remove(pod);
            case BACKING_OFF -> backingOff.remove(pod);
            case UNSCHEDULABLE -> unschedulable.remove(uid);
            case GATED, IN_FLIGHT -> {
                return null;
            }
        }
        return taken(pod);
    }

    /** With nothing else to do, a Pod that was refused (not one that failed) need not wait out its pause. */
    private PodQueue.Entry firstRefused() {
        PodQueue.Entry first = pausesEnd ? backingOff.peek() : null;
        return first == null || first.pod.errors > 0 ? null : backingOff.poll();
    }

    /** The Pod found no node; {@link QueuedPod#refusedBy} says why. */
    public void refused(QueuedPod pod) {
        if (pods.get(pod.pod().uid()) != pod) {
            return; // gone meanwhile
        }
        pod.refusals++;
        pod.errors = 0;
        pod.queuedAt = time.nanoTime();
        if (pod.takenAtMove != moves && pod.refusedBy().isEmpty()) {
            backOff(pod);
        } else {
            pod.place = QueuedPod.Place.UNSCHEDULABLE;
            unschedulable.put(pod.pod().uid(), pod);
        }
        count(FAILURE, pod);
    }

    /** Something failed; the Pod comes again after its pause. */
    public void failed(QueuedPod pod) {
        if (pods.get(pod.pod().uid()) != pod) {
            return;
        }
        pod.errors++;
        pod.queuedAt = time.nanoTime();
        backOff(pod);
        count(FAILURE, pod);
    }

    /** The Pod was refused late, when changes may have come meanwhile that would have helped. */
    public void refusedLate(QueuedPod pod) {
        boolean changed = pod.takenAtMove != moves;
        refused(pod);
        if (changed && pod.place == QueuedPod.Place.UNSCHEDULABLE) {
            unschedulable.remove(pod.pod().uid());
            backOff(pod);
        }
    }

    private void backOff(QueuedPod pod) {
        long until = pod.queuedAt + pause(pod).toNanos();
        if (until - time.nanoTime() <= 0) {
            enqueue(pod);
        } else if (!pausesEnd || !isKeptOut(pod)) { // who may be taken at any time must have passed the gate
            pod.place = QueuedPod.Place.BACKING_OFF;
            backingOff.add(new PodQueue.Entry(pod, until, pod.order));
        }
    }

    private Duration pause(QueuedPod pod) {
        int failures = Math.max(pod.errors, pod.refusals);
        if (failures == 0) {
            return Duration.ZERO;
        }
        Duration pause = pauses.first.multipliedBy(1L << Math.min(failures - 1, 30));
        return pause.compareTo(pauses.longest) < 0 ? pause : pauses.longest;
    }

    /** Tells of a change in the cluster; moves the Pods that it may help. */
    public void changed(ClusterEvent event, Object before, Object now) {
        moves++;
        if (unschedulable.isEmpty() && gated.isEmpty()) {
            return;
        }
        for (QueuedPod pod : new ArrayList<>(unschedulable.values())) {
            moveIfHelped(pod, event, before, now);
        }
    }

    /** Asks the gate again about a Pod that it kept back. */
    public void reconsider(String uid) {
        QueuedPod pod = gated.get(uid);
        if (pod != null) {
            enqueue(pod);
        }
    }

    /** Makes a refused Pod come again after its pause, without a change. */
    public void retry(String uid) {
        QueuedPod pod = unschedulable.remove(uid);
        if (pod != null) {
            backOff(pod);
        }
    }

    private void moveIfHelped(QueuedPod pod, ClusterEvent event, Object before, Object now) {
        if (isHelped(pod, event, before, now)) {
            unschedulable.remove(pod.pod().uid());
            backOff(pod);
            count(event.label(), pod);
        }
    }

    private boolean isHelped(QueuedPod pod, ClusterEvent event, Object before, Object now) {
        if (pod.refusedBy().isEmpty()) {
            return true;
        }
        Map<String, List<EventHint>> byPlugin = hints.apply(pod.pod());
        for (String plugin : pod.refusedBy()) {
            for (EventHint hint : byPlugin.getOrDefault(plugin, List.of())) {
                if (hint.event().overlaps(event) && hint.hint().helps(pod.pod(), before, now)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The Pod needs no node any more. */
    public void remove(String uid) {
        QueuedPod pod = pods.remove(uid);
        if (pod == null) {
            return;
        }
        unschedulable.remove(uid);
        gated.remove(uid);
        switch (pod.place) {
            case ACTIVE -> active.remove(pod);
            case BACKING_OFF -> backingOff.remove(pod);
            case UNSCHEDULABLE, GATED, IN_FLIGHT -> {}
        }
    }

    /** Null if the Pod is not known here. */
    public QueuedPod get(String uid) {
        return pods.get(uid);
    }

    /** Makes ready what has waited long enough. */
    private void flush() {
        long now = time.nanoTime();
        PodQueue.Entry first = backingOff.peek();
        while (first != null && first.time - now <= 0) {
            backingOff.poll();
            if (pausesEnd) {
                activate(first.pod);
            } else {
                enqueue(first.pod);
            }
            count("BackoffComplete", first.pod);
            first = backingOff.peek();
        }
        while (!unschedulable.isEmpty()) {
            QueuedPod oldest = unschedulable.values().iterator().next();
            if (now - oldest.queuedAt < pauses.longestWait.toNanos()) {
                break;
            }
            unschedulable.remove(oldest.pod().uid());
            backOff(oldest);
            count("UnschedulableTimeout", oldest);
        }
    }

    private void count(String event, QueuedPod pod) {
        String where = switch (pod.place) {
            case ACTIVE, IN_FLIGHT -> "active";
            case BACKING_OFF -> "backoff";
            case UNSCHEDULABLE -> "unschedulable";
            case GATED -> "gated";
        };
        incoming.computeIfAbsent(new Arrival(event, where), a -> new LongAdder())
                .increment();
    }

    /**
     * Why Pods came where.
     *
     * @param event upstream's name of it
     * @param queue {@code active}, {@code backoff}, {@code unschedulable} or {@code gated}
     */
    public record Arrival(String event, String queue) {}

    /** How many came so far; any thread may read it. */
    public Map<Arrival, LongAdder> incoming() {
        return incoming;
    }

    /** Nanoseconds until {@link #poll} may find more without a change from outside; -1 if never. */
    public long nanosUntilNext() {
        long now = time.nanoTime();
        long next = Long.MAX_VALUE;
        PodQueue.Entry first = backingOff.peek();
        if (first != null) {
            next = first.time - now;
        }
        if (!unschedulable.isEmpty()) {
            long since = unschedulable.values().iterator().next().queuedAt;
            next = Math.min(next, since + pauses.longestWait.toNanos() - now);
        }
        return next == Long.MAX_VALUE ? -1 : Math.max(0, next);
    }

    /** How many Pods are where: active, backoff, unschedulable, gated. */
    public Map<String, Integer> depths() {
        Map<String, Integer> depths = new LinkedHashMap<>();
        depths.put("active", active.size());
        depths.put("backoff", backingOff.size());
        depths.put("unschedulable", unschedulable.size());
        depths.put("gated", gated.size());
        return depths;
    }
}
