package io.k8j.scheduler.metrics;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import io.k8j.model.metrics.MetricText;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.queue.QueuedPod;
import io.k8j.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts under upstream's names, written in Prometheus' text form. Counting is cheap and safe for all threads. */
public final class Metrics {
    private static final int MOST_ATTEMPTS = 16;

    private final LongAdder scheduled = new LongAdder();
    private final MetricFamily attempts = MetricFamily.counter(
            "scheduler_schedule_attempts_total",
            "STABLE",
            "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled,"
                    + " while 'error' means an internal scheduler problem.",
            "result",
            "profile");
    private final MetricFamily durations = MetricFamily.histogram(
            "scheduler_scheduling_attempt_duration_seconds",
            "STABLE",
            "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
            Histogram.exponential(0.001, 2, 15),
            "result",
            "profile");
    private final MetricFamily algorithm = MetricFamily.histogram(
                    "scheduler_scheduling_algorithm_duration_seconds",
                    "ALPHA",
                    "Scheduling algorithm latency in seconds",
                    Histogram.exponential(0.001, 2, 15))
            .init();
    private final MetricFamily sli = MetricFamily.histogram(
            "scheduler_pod_scheduling_sli_duration_seconds",
            "BETA",
            "E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve"
                    + " multiple scheduling attempts.",
            Histogram.exponential(0.01, 2, 20),
            "attempts");
    private final MetricFamily podAttempts = MetricFamily.histogram(
                    "scheduler_pod_scheduling_attempts",
                    "STABLE",
                    "Number of attempts to successfully schedule a pod.",
                    Histogram.exponential(1, 2, 5))
            .init();
    private final MetricFamily points = MetricFamily.histogram(
            "scheduler_framework_extension_point_duration_seconds",
            "STABLE",
            "Latency for running all plugins of a specific extension point.",
            Histogram.exponential(0.0001, 2, 12),
            "extension_point",
            "status",
            "profile");
    private final MetricFamily plugins = MetricFamily.histogram(
            "scheduler_plugin_execution_duration_seconds",
            "ALPHA",
            "Duration for running a plugin at a specific extension point.",
            Histogram.exponential(0.00001, 1.5, 20),
            "plugin",
            "extension_point",
            "status");
    private final MetricFamily victims = MetricFamily.histogram(
                    "scheduler_preemption_victims",
                    "STABLE",
                    "Number of selected preemption victims",
                    Histogram.exponential(1, 2, 7))
            .init();
    private final MetricFamily preemptions = MetricFamily.counter(
                    "scheduler_preemption_attempts_total",
                    "STABLE",
                    "Total preemption attempts in the cluster till now")
            .init();
    private final MetricFamily groupAttempts = MetricFamily.counter(
            "scheduler_podgroup_schedule_attempts_total",
            "ALPHA",
            "Number of attempts to schedule pod group, by the result. 'unschedulable' means a pod group could not be"
                    + " scheduled, while 'error' means an internal scheduler problem.",
            "result",
            "profile");
    private final MetricFamily groupDurations = MetricFamily.histogram(
            "scheduler_podgroup_scheduling_attempt_duration_seconds",
            "ALPHA",
            "Pod group scheduling attempt latency in seconds (scheduling algorithm + binding)",
            Histogram.exponential(0.001, 2, 15),
            "result",
            "profile");
    private final MetricFamily groupAlgorithm = MetricFamily.histogram(
                    "scheduler_podgroup_scheduling_algorithm_duration_seconds",
                    "ALPHA",
                    "Pod group scheduling algorithm latency in seconds",
                    Histogram.exponential(0.001, 2, 15))
            .init();
    private final boolean withGroups;
    private final Map<String, List<Evaluations>> evaluations = new ConcurrentHashMap<>(); // by profile
    private volatile Map<String, Integer> depths = Map.of();
    private volatile Map<SchedulingQueue.Arrival, LongAdder> incoming = Map.of();

    public Metrics() {
        this(false);
    }

    /** @param withGroups whether the metrics of PodGroups are shown */
    public Metrics(boolean withGroups) {
        this.withGroups = withGroups;
    }

    /** @param result {@code scheduled}, {@code waiting_on_preemption}, {@code unschedulable} or {@code error} */
    public void groupAttempt(String profile, String result, long nanos) {
        groupAttempts.count(result, profile);
        groupDurations.observe(nanos / 1e9, result, profile);
    }

    public void groupAlgorithm(long nanos) {
        groupAlgorithm.observe(nanos / 1e9);
    }

    /** @param result {@code scheduled}, {@code unschedulable} or {@code error} */
    public void attempt(String profile, String result, long nanos) {
        attempts.count(result, profile);
        durations.observe(nanos / 1e9, result, profile);
    }

    public void scheduled(String profile, long nanos, QueuedPod pod, Instant now) {
        attempt(profile, "scheduled", nanos);
        scheduled.increment();
        podAttempts.observe(pod.attempts());
        String count = pod.attempts() >= MOST_ATTEMPTS ? MOST_ATTEMPTS + "+" : String.valueOf(pod.attempts());
        sli.observe(Duration.between(pod.firstSeen(), now).toNanos() / 1e9, count);
    }

    public void algorithm(long nanos) {
        algorithm.observe(nanos / 1e9);
    }

    /** All plugins of an extension point have run for one Pod. */
    public void point(String name, String profile, Status status, long nanos) {
        points.observe(nanos / 1e9, name, word(status), profile);
    }

    /** One plugin has run for one Pod, at {@code Filter} and {@code Score} for one of its nodes. */
    public void plugin(String name, String point, Status status, long nanos) {
        plugins.observe(nanos / 1e9, name, point, word(status));
    }

    private static String word(Status status) {
        return switch (status.code()) {
            case SUCCESS -> "Success";
            case ERROR -> "Error";
            case UNSCHEDULABLE -> "Unschedulable";
            case UNSCHEDULABLE_AND_UNRESOLVABLE -> "UnschedulableAndUnresolvable";
            case WAIT -> "Wait";
            case SKIP -> "Skip";
            case PENDING -> "Pending";
        };
    }

    public void preempted() {
        preemptions.count();
    }

    public void victims(int pods) {
        victims.observe(pods);
    }

    public void depths(Map<String, Integer> now) {
        depths = now;
    }

    /** Where a profile counts how often its plugins are asked. */
    public void evaluations(String profile, List<Evaluations> counts) {
        evaluations.put(profile, counts);
    }

    /** Where the queue counts what comes into it. */
    public void incoming(Map<SchedulingQueue.Arrival, LongAdder> counts) {
        incoming = counts;
    }

    public long scheduled() {
        return scheduled.sum();
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        for (MetricFamily family : new MetricFamily[] {
            points, plugins, podAttempts, sli, preemptions, victims, attempts, algorithm, durations
        }) {
            family.write(text);
        }
        if (withGroups) {
            groupAttempts.write(text);
            groupAlgorithm.write(text);
            groupDurations.write(text);
        }
        TreeMap<String, Number> waiting = new TreeMap<>();
        depths.forEach((queue, depth) -> waiting.put(MetricText.label("queue", queue), depth));
        MetricText.family(
                text,
                "scheduler_pending_pods",
                "STABLE",
                "Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means"
                        + " number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the"
                        + " scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that"
                        + " the scheduler never attempted to schedule because they are gated.",
                "gauge",
                waiting);
        TreeMap<String, Number> asked = new TreeMap<>();
        evaluations.forEach((profile, counts) -> counts.stream()
                .filter(count -> count.count() > 0)
                .forEach(count -> asked.put(
                        String.join(
                                ",",
                                MetricText.label("extension_point", count.point()),
                                MetricText.label("plugin", count.plugin()),
                                MetricText.label("profile", profile)),
                        count.count())));
        MetricText.family(
                text,
                "scheduler_plugin_evaluation_total",
                "BETA",
                "Number of attempts to schedule pods by each plugin and the extension point (available only in"
                        + " PreFilter, Filter, PreScore, and Score).",
                "counter",
                asked);
        TreeMap<String, Number> came = new TreeMap<>();
        incoming.forEach((arrival, count) -> came.put(
                MetricText.label("event", arrival.event()) + "," + MetricText.label("queue", arrival.queue()),
                count.sum()));
        MetricText.family(
                text,
                "scheduler_queue_incoming_pods_total",
                "STABLE",
                "Number of pods added to scheduling queues by event and queue type.",
                "counter",
                came);
        return text.toString();
    }
}
