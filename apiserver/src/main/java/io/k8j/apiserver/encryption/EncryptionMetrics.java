package io.k8j.apiserver.encryption;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** {@code apiserver_storage_transformation_*}: how many values were sealed and opened, and how long it took. */
public final class EncryptionMetrics {
    /** 5 µs, doubled up to 27 times, as upstream's. */
    private static final int BUCKETS = 28;

    private record Series(String direction, String prefix, boolean ok) {}

    private static final class Latency {
        private final LongAdder[] counts = new LongAdder[BUCKETS + 1];
        private final LongAdder nanos = new LongAdder();

        Latency() {
            for (int i = 0; i < counts.length; i++) counts[i] = new LongAdder();
        }

        void add(long took) {
            int bucket = 0;
            for (long bound = 5_000; bucket < BUCKETS && took > bound; bound *= 2) bucket++;
            counts[bucket].increment();
            nanos.add(took);
        }
    }

    private final Map<Series, LongAdder> totals = new ConcurrentHashMap<>();
    private final Map<Series, Latency> latencies = new ConcurrentHashMap<>();
    private final LongAdder reloaded = new LongAdder();
    private final LongAdder notReloaded = new LongAdder();

    void transformed(String direction, String prefix, long nanos, boolean ok) {
        Series series = new Series(direction, prefix, ok);
        totals.computeIfAbsent(series, s -> new LongAdder()).increment();
        if (ok) latencies.computeIfAbsent(series, s -> new Latency()).add(nanos);
    }

    void reloaded(boolean ok) {
        (ok ? reloaded : notReloaded).increment();
    }

    /** Appends the metrics in Prometheus' text format; nothing before the first value. */
    public void write(StringBuilder out) {
        if (totals.isEmpty()) return;
        out.append("# HELP apiserver_storage_transformation_operations_total [ALPHA] Total number of transformations."
                + " Successful transformation will have a status 'OK' and a varied status string when the transformation"
                + " fails. The status, resource, and transformation_type fields can be used for alerting purposes.\n");
        out.append("# TYPE apiserver_storage_transformation_operations_total counter\n");
        Map<String, Long> lines = new TreeMap<>();
        totals.forEach((s, count) -> lines.put(
                "status=\"%s\",transformation_type=\"%s\",transformer_prefix=\"%s\""
                        .formatted(s.ok() ? "OK" : "Unknown", s.direction(), s.prefix()),
                count.sum()));
        lines.forEach((labels, count) -> out.append("apiserver_storage_transformation_operations_total{")
                .append(labels)
                .append("} ")
                .append(count)
                .append('\n'));
        out.append("# HELP apiserver_storage_transformation_duration_seconds [ALPHA] Latencies in seconds of value"
                + " transformation operations.\n");
        out.append("# TYPE apiserver_storage_transformation_duration_seconds histogram\n");
        latencies.forEach((s, latency) -> histogram(
                out,
                "transformation_type=\"%s\",transformer_prefix=\"%s\"".formatted(s.direction(), s.prefix()),
                latency));
        if (reloaded.sum() + notReloaded.sum() > 0) {
            out.append("# HELP apiserver_encryption_config_controller_automatic_reloads_total [ALPHA] Total number of"
                    + " reload successes and failures of encryption configuration.\n");
            out.append("# TYPE apiserver_encryption_config_controller_automatic_reloads_total counter\n");
            String name = "apiserver_encryption_config_controller_automatic_reloads_total{status=\"";
            out.append(name).append("failure\"} ").append(notReloaded.sum()).append('\n');
            out.append(name).append("success\"} ").append(reloaded.sum()).append('\n');
        }
    }

    private static void histogram(StringBuilder out, String labels, Latency latency) {
        String name = "apiserver_storage_transformation_duration_seconds";
        long sum = 0;
        double bound = 5e-6;
        for (int i = 0; i <= BUCKETS; i++, bound *= 2) {
            sum += latency.counts[i].sum();
            out.append(name).append("_bucket{").append(labels).append(",le=\"");
            out.append(i == BUCKETS ? "+Inf" : Double.toString(bound));
            out.append("\"} ").append(sum).append('\n');
        }
        out.append(name).append("_sum{").append(labels).append("} ").append(latency.nanos.sum() / 1e9);
        out.append('\n');
        out.append(name)
                .append("_count{")
                .append(labels)
                .append("} ")
                .append(sum)
                .append('\n');
    }
}
