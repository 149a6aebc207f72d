package io.k8j.kubelet.cri;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code kubelet_runtime_operations_*}: calls of the container runtime. Safe for all threads. */
final class RuntimeMetrics {
    /** Upstream's words where they are not just the method's in lower case. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("RunPodSandbox", "run_podsandbox"),
            Map.entry("StopPodSandbox", "stop_podsandbox"),
            Map.entry("RemovePodSandbox", "remove_podsandbox"),
            Map.entry("PodSandboxStatus", "podsandbox_status"),
            Map.entry("ListPodSandbox", "list_podsandbox"),
            Map.entry("PodSandboxStats", "podsandbox_stats"),
            Map.entry("ListPodSandboxStats", "list_podsandbox_stats"),
            Map.entry("UpdateContainerResources", "update_container"),
            Map.entry("ImageFsInfo", "image_fs_info"));

    private static final double[] USUAL = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private final Map<String, String> words = new ConcurrentHashMap<>(WORDS);
    private final MetricFamily total = MetricFamily.counter(
            "kubelet_runtime_operations_total",
            "ALPHA",
            "Cumulative number of runtime operations by operation type.",
            "operation_type");
    private final MetricFamily errors = MetricFamily.counter(
            "kubelet_runtime_operations_errors_total",
            "ALPHA",
            "Cumulative number of runtime operation errors by operation type.",
            "operation_type");
    private final MetricFamily seconds = MetricFamily.histogram(
            "kubelet_runtime_operations_duration_seconds",
            "ALPHA",
            "Duration in seconds of runtime operations. Broken down by operation type.",
            Histogram.exponential(0.005, 2.5, 14),
            "operation_type");

    private final MetricFamily relist = MetricFamily.histogram(
                    "kubelet_pleg_relist_duration_seconds",
                    "ALPHA",
                    "Duration in seconds for relisting pods in PLEG.",
                    USUAL)
            .init();
    private final MetricFamily relistInterval = MetricFamily.histogram(
                    "kubelet_pleg_relist_interval_seconds",
                    "ALPHA",
                    "Interval in seconds between relisting in PLEG.",
                    USUAL)
            .init();
    private final MetricFamily lastSeen = MetricFamily.gauge(
                    "kubelet_pleg_last_seen_seconds", "ALPHA", "Timestamp in seconds when PLEG was last seen active.")
            .init();
    private final MetricFamily discarded = MetricFamily.counter(
                    "kubelet_pleg_discard_events", "ALPHA", "The number of discard events in PLEG.")
            .init();
    private long relisted; // the watch's thread only; 0 before the first

    /** All states were looked at. Called by one thread. */
    void relisted(long begin, long end, double nowSeconds) {
        relist.observe((end - begin) / 1e9);
        if (relisted != 0) relistInterval.observe((begin - relisted) / 1e9);
        relisted = begin;
        lastSeen.set(Math.floor(nowSeconds));
    }

    /** @param method with its service, such as {@code runtime.v1.RuntimeService/ExecSync} */
    void called(String method, boolean ok, long nanos) {
        String type = word(method.substring(method.lastIndexOf('/') + 1));
        total.count(type);
        seconds.observe(nanos / 1e9, type);
        if (!ok) errors.count(type);
    }

    private String word(String method) {
        return words.computeIfAbsent(
                method, m -> m.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
    }

    void write(StringBuilder out) {
        for (MetricFamily family : List.of(relist, relistInterval, lastSeen, discarded)) family.write(out);
        seconds.write(out);
        errors.write(out);
        total.write(out);
    }
}
