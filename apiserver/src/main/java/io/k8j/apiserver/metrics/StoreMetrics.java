package io.k8j.apiserver.metrics;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import io.k8j.model.resource.GroupResource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** {@code etcd_*}: writes to the store, whichever it is, because dashboards know them by this name. */
public final class StoreMetrics {
    private static final double[] SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };

    private record Kind(String operation, GroupResource resource) {
        String labels() {
            return "group=\"%s\",operation=\"%s\",resource=\"%s\""
                    .formatted(resource.group(), operation, resource.resource());
        }
    }

    private static final class Counts {
        private final Histogram seconds = new Histogram(SECONDS);
        private final LongAdder total = new LongAdder();
        private final LongAdder failed = new LongAdder();
    }

    private final Map<Kind, Counts> kinds = new ConcurrentHashMap<>();

    /** Notes a write that began at {@code begin} (nanoseconds of the JVM's timer). */
    public void wrote(String operation, GroupResource resource, long begin, boolean ok) {
        Kind kind = new Kind(operation, resource);
        Counts counts = kinds.get(kind); // without a lock, nearly always
        if (counts == null) counts = kinds.computeIfAbsent(kind, k -> new Counts());
        counts.seconds.observe((System.nanoTime() - begin) / 1e9);
        counts.total.increment();
        if (!ok) counts.failed.increment();
    }

    /** Appends how much of a disk a store takes; nothing if it has none. */
    public static void writeSize(StringBuilder out, OptionalLong bytes) {
        if (bytes.isEmpty()) return;
        MetricText.family(
                out,
                "apiserver_storage_size_bytes",
                "STABLE",
                "Size of the storage database file physically allocated in bytes.",
                "gauge",
                new TreeMap<>(Map.of(MetricText.label("storage_cluster_id", "etcd-0"), bytes.getAsLong())));
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        TreeMap<String, Histogram> seconds = new TreeMap<>();
        TreeMap<String, Number> totals = new TreeMap<>();
        TreeMap<String, Number> failed = new TreeMap<>();
        kinds.forEach((kind, counts) -> {
            seconds.put(kind.labels(), counts.seconds);
            totals.put(kind.labels(), counts.total.sum());
            if (counts.failed.sum() > 0) failed.put(kind.labels(), counts.failed.sum());
        });
        MetricText.histograms(
                out,
                "etcd_request_duration_seconds",
                "ALPHA",
                "Etcd request latency in seconds for each operation and object type.",
                seconds);
        MetricText.family(
                out,
                "etcd_requests_total",
                "ALPHA",
                "Etcd request counts for each operation and object type.",
                "counter",
                totals);
        MetricText.family(
                out,
                "etcd_request_errors_total",
                "ALPHA",
                "Etcd failed request counts for each operation and object type.",
                "counter",
                failed);
    }
}
