package io.k8j.apiserver.metrics;

import io.k8j.model.metrics.MetricText;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code process_*}, and {@code jvm_*} where upstream has {@code go_*}; on other systems than Linux only what the JVM knows. */
public final class ProcessMetrics {
    private static final Path SELF = Path.of("/proc/self");
    private static final double PAGE = 4096;

    private ProcessMetrics() {}

    /** Appends the metrics in Prometheus' text format. */
    public static void write(StringBuilder out) {
        process(out);
        jvm(out);
    }

    private static void process(StringBuilder out) {
        MetricText.single(
                out,
                "process_cpu_seconds_total",
                "",
                "Total user and system CPU time spent in seconds.",
                "counter",
                ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .map(time -> time.toNanos() / 1e9)
                        .orElse(0.0));
        MetricText.single(
                out,
                "process_start_time_seconds",
                "",
                "Start time of the process since unix epoch in seconds.",
                "gauge",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
        try {
            String[] statm = Files.readString(SELF.resolve("statm")).split(" ");
            MetricText.single(
                    out,
                    "process_virtual_memory_bytes",
                    "",
                    "Virtual memory size in bytes.",
                    "gauge",
                    Double.parseDouble(statm[0]) * PAGE);
            MetricText.single(
                    out,
                    "process_resident_memory_bytes",
                    "",
                    "Resident memory size in bytes.",
                    "gauge",
                    Double.parseDouble(statm[1]) * PAGE);
            try (Stream<Path> open = Files.list(SELF.resolve("fd"))) {
                MetricText.single(
                        out, "process_open_fds", "", "Number of open file descriptors.", "gauge", open.count());
            }
            for (String line : Files.readAllLines(SELF.resolve("limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft = line.substring(14).strip().split("\\s+")[0];
                    double limit = soft.equals("unlimited") ? -1 : Double.parseDouble(soft);
                    MetricText.single(
                            out, "process_max_fds", "", "Maximum number of open file descriptors.", "gauge", limit);
                }
            }
        } catch (IOException e) {
            return; // no /proc here
        }
    }

    private static void jvm(StringBuilder out) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        TreeMap<String, Number> used = new TreeMap<>();
        used.put("area=\"heap\"", heap.getUsed());
        used.put("area=\"nonheap\"", other.getUsed());
        MetricText.family(out, "jvm_memory_used_bytes", "", "Used bytes of a given JVM memory area.", "gauge", used);
        TreeMap<String, Number> committed = new TreeMap<>();
        committed.put("area=\"heap\"", heap.getCommitted());
        committed.put("area=\"nonheap\"", other.getCommitted());
        MetricText.family(
                out,
                "jvm_memory_committed_bytes",
                "",
                "Committed (bytes) of a given JVM memory area.",
                "gauge",
                committed);
        MetricText.single(
                out,
                "jvm_threads_current",
                "",
                "Current thread count of a JVM",
                "gauge",
                ManagementFactory.getThreadMXBean().getThreadCount());
        TreeMap<String, Number> counts = new TreeMap<>();
        TreeMap<String, Number> seconds = new TreeMap<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String label = MetricText.label("gc", collector.getName());
            counts.put(label, collector.getCollectionCount());
            seconds.put(label, collector.getCollectionTime() / 1000.0);
        }
        MetricText.family(
                out,
                "jvm_gc_collections_total",
                "",
                "Collections of a given JVM garbage collector.",
                "counter",
                counts);
        MetricText.family(
                out,
                "jvm_gc_collection_seconds_total",
                "",
                "Time spent in a given JVM garbage collector in seconds.",
                "counter",
                seconds);
    }
}
