package io.k8j.kubelet.pods.images;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.kubelet.metrics.PodMetrics;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Measures how long one Pod takes to start, and its worker's turns. Turns belong to the worker; pulls and looks at the
 * object come from any thread.
 */
public final class StartClock {
    /** A span of {@link Time#nanoTime}. */
    public record Span(long from, long to) {}

    private final PodMetrics metrics;
    private final Time time;
    private final long seen;
    private final boolean fresh; // whether the Pod's start can be measured from its beginning
    private final List<Span> pulls = new ArrayList<>(); // guarded by this
    private boolean runs; // guarded by this
    private boolean measured; // guarded by this
    private Pod last; // the worker's; null before its first turn
    private long began; // the worker's

    public StartClock(PodMetrics metrics, Time time, Pod pod) {
        this.metrics = metrics;
        this.time = time;
        this.seen = time.nanoTime();
        this.fresh = pod.getStatus() == null || (pod.getStatus().getStartTime() == null && !isUnschedulable(pod));
    }

    private static boolean isUnschedulable(Pod pod) {
        return ContainerRef.orEmpty(pod.getStatus().getConditions()).stream()
                .anyMatch(condition -> "PodScheduled".equals(condition.getType())
                        && "False".equals(condition.getStatus())
                        && "Unschedulable".equals(condition.getReason()));
    }

    /** The worker begins to look at the Pod. */
    public void turnBegins(Pod pod) {
        began = time.nanoTime();
        if (last == null && fresh) {
            metrics.workerBegan(began - seen, pod.getSpec().getContainers().size());
        }
    }

    /** The worker has done what it could for now. */
    public void turnEnds(Pod pod, boolean terminating) {
        String type = terminating ? "terminated" : last == null ? "create" : last == pod ? "sync" : "update";
        last = pod;
        metrics.turned(type, time.nanoTime() - began);
    }

    /** An image was pulled for the Pod. */
    synchronized void pulled(long from, long to) {
        if (!measured) pulls.add(new Span(from, to));
    }

    /** The Pod's phase becomes Running now. */
    public synchronized void running() {
        if (runs || !fresh) return;
        runs = true;
        metrics.running(time.nanoTime() - seen);
    }

    /** The object as everybody sees it now. */
    public void observed(Pod pod) {
        synchronized (this) {
            if (measured || !runs || !allRun(pod)) return;
            measured = true;
        }
        long total = Duration.between(Instant.parse(pod.getMetadata().getCreationTimestamp()), time.instant())
                .toNanos();
        long own = total - sum(pulls) - initRuntime(pod);
        metrics.started(total, own, isStateless(pod), !SandboxConfigs.hostNetwork(pod));
    }

    private static boolean allRun(Pod pod) {
        if (pod.getStatus() == null) return false;
        List<ContainerStatus> all = ContainerRef.orEmpty(pod.getStatus().getContainerStatuses());
        return !all.isEmpty()
                && all.stream()
                        .allMatch(status -> status.getState() != null
                                && status.getState().getRunning() != null
                                && status.getState().getRunning().getStartedAt() != null);
    }

    /** The time that at least one pull was under way. */
    public static long sum(List<Span> pulls) {
        List<Span> sorted =
                pulls.stream().sorted(Comparator.comparingLong(Span::from)).toList();
        long sum = 0;
        long until = Long.MIN_VALUE;
        for (Span pull : sorted) {
            if (pull.to() <= until) continue;
            sum += pull.to() - Math.max(pull.from(), until);
            until = pull.to();
        }
        return sum;
    }

    private static long initRuntime(Pod pod) {
        return ContainerRef.orEmpty(pod.getStatus().getInitContainerStatuses()).stream()
                .filter(status -> status.getState() != null && status.getState().getTerminated() != null)
                .map(status -> status.getState().getTerminated())
                .filter(end -> end.getStartedAt() != null && end.getFinishedAt() != null)
                .mapToLong(
                        end -> Duration.between(Instant.parse(end.getStartedAt()), Instant.parse(end.getFinishedAt()))
                                .toNanos())
                .sum();
    }

    private static boolean isStateless(Pod pod) {
        return ContainerRef.orEmpty(pod.getSpec().getVolumes()).stream().allMatch(StartClock::isStateless);
    }

    private static boolean isStateless(Volume volume) {
        return volume.getSecret() != null
                || volume.getConfigMap() != null
                || volume.getDownwardAPI() != null
                || volume.getEmptyDir() != null
                || volume.getProjected() != null;
    }
}
