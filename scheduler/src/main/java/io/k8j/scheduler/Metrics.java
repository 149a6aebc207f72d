package io.k8j.scheduler;

import io.k8j.scheduler.queue.QueuedPod;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts under upstream's names, written in Prometheus' text form. Counting is cheap and safe for all threads. */
final class Metrics {
    private static final class Histogram {
        private static final double FIRST = 0.001;
        private static final int BUCKETS = 15;

        private final LongAdder[] counts = new LongAdder[BUCKETS + 1];
        private final LongAdder nanos = new LongAdder();

        Histogram() {
            for (int i = 0; i <= BUCKETS; i++) {
                counts[i] = new LongAdder();
            }
        }

        void add(long value) {
            double bound = FIRST * 1e9;
            int at = 0;
            while (at < BUCKETS && value > bound) {
                bound *= 2;
                at++;
            }
            counts[at].increment();
            nanos.add(value);
        }

        void write(StringBuilder text, String name, String labels) {
            long sum = 0;
            double bound = FIRST;
            String comma = labels.isEmpty() ? "" : ",";
            for (int i = 0; i <= BUCKETS; i++) {
                sum += counts[i].sum();
                String le = i == BUCKETS ? "+Inf" : String.valueOf(bound);
                text.append("%s_bucket{%s%sle=\"%s\"} %d\n".formatted(name, labels, comma, le, sum));
                bound *= 2;
            }
            String braces = labels.isEmpty() ? "" : "{" + labels + "}";
            text.append("%s_sum%s %s\n".formatted(name, braces, nanos.sum() / 1e9));
            text.append("%s_count%s %d\n".formatted(name, braces, sum));
        }
    }

    private final ConcurrentMap<String, LongAdder> attempts = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Histogram> durations = new ConcurrentHashMap<>();
    private final Histogram algorithm = new Histogram();
    private final Histogram sli = new Histogram();
    private final LongAdder preemptions = new LongAdder();
    private volatile Map<String, Integer> depths = Map.of();

    /** @param result {@code scheduled}, {@code unschedulable} or {@code error} */
    void attempt(String profile, String result, long nanos) {
        String labels = "profile=\"%s\",result=\"%s\"".formatted(profile, result);
        attempts.computeIfAbsent(labels, l -> new LongAdder()).increment();
        durations.computeIfAbsent(labels, l -> new Histogram()).add(nanos);
    }

    void scheduled(String profile, long nanos, QueuedPod pod, Instant now) {
        attempt(profile, "scheduled", nanos);
        sli.add(Duration.between(pod.firstSeen(), now).toNanos());
    }

    void algorithm(long nanos) {
        algorithm.add(nanos);
    }

    void preempted() {
        preemptions.increment();
    }

    void depths(Map<String, Integer> now) {
        depths = now;
    }

    long scheduled() {
        return attempts.entrySet().stream()
                .filter(e -> e.getKey().endsWith("result=\"scheduled\""))
                .mapToLong(e -> e.getValue().sum())
                .sum();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        header(text, "scheduler_schedule_attempts_total", "counter");
        new TreeMap<>(attempts)
                .forEach((labels, count) ->
                        text.append("scheduler_schedule_attempts_total{%s} %d\n".formatted(labels, count.sum())));
        header(text, "scheduler_scheduling_attempt_duration_seconds", "histogram");
        new TreeMap<>(durations)
                .forEach((labels, histogram) ->
                        histogram.write(text, "scheduler_scheduling_attempt_duration_seconds", labels));
        header(text, "scheduler_scheduling_algorithm_duration_seconds", "histogram");
        algorithm.write(text, "scheduler_scheduling_algorithm_duration_seconds", "");
        header(text, "scheduler_pod_scheduling_sli_duration_seconds", "histogram");
        sli.write(text, "scheduler_pod_scheduling_sli_duration_seconds", "");
        header(text, "scheduler_pending_pods", "gauge");
        depths.forEach(
                (queue, depth) -> text.append("scheduler_pending_pods{queue=\"%s\"} %d\n".formatted(queue, depth)));
        header(text, "scheduler_preemption_attempts_total", "counter");
        text.append("scheduler_preemption_attempts_total %d\n".formatted(preemptions.sum()));
        return text.toString();
    }

    private static void header(StringBuilder text, String name, String type) {
        text.append("# TYPE %s %s\n".formatted(name, type));
    }
}
