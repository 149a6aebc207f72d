package io.k8j.kubelet.server;

import io.k8j.kubelet.server.Stats.Use;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Writes {@code /metrics/resource} with upstream's names and texts. Pure. */
final class ResourcePage {
    private static final double NANOS = 1e9;
    private static final long MILLI_NANOS = 1_000_000;

    private final MetricText text = new MetricText();
    private final List<Use> uses;

    private ResourcePage(List<Use> uses) {
        this.uses = uses;
    }

    /**
     * @param startedAt when a container began, in seconds since 1970
     * @param failed whether the runtime could not be asked
     */
    static String write(
            List<Use> uses, ToDoubleFunction<Use> startedAt, NodeReading node, Instant now, boolean failed) {
        ResourcePage page = new ResourcePage(uses);
        page.containers(startedAt);
        page.node(node, now.toEpochMilli());
        page.pods();
        page.text.family(
                "resource_scrape_error",
                "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
                "gauge");
        page.text.value("", failed ? 1 : 0, 0);
        return page.text.toString();
    }

    private static long memory(Use use) {
        return use.raw().getMemory().getWorkingSetBytes().getValue();
    }

    private static long memoryAt(Use use) {
        return use.raw().getMemory().getTimestamp() / MILLI_NANOS;
    }

    private static long cpuAt(Use use) {
        return use.time() / MILLI_NANOS;
    }

    private void containers(ToDoubleFunction<Use> startedAt) {
        text.family(
                "container_cpu_usage_seconds_total",
                "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
                "counter");
        for (Use use : uses) text.value(Stats.labels(use), use.cpu() / NANOS, cpuAt(use));
        text.family(
                "container_memory_working_set_bytes",
                "[STABLE] Current working set of the container in bytes",
                "gauge");
        for (Use use : uses) text.value(Stats.labels(use), memory(use), memoryAt(use));
        text.family(
                "container_start_time_seconds",
                "[STABLE] Start time of the container since unix epoch in seconds",
                "gauge");
        for (Use use : uses) {
            double started = startedAt.applyAsDouble(use);
            if (started > 0) text.value(Stats.labels(use), started, 0);
        }
    }

    private void node(NodeReading node, long now) {
        text.family(
                "node_cpu_usage_seconds_total",
                "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
                "counter");
        text.value("", node.cpuNanos() / NANOS, now);
        text.family("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes", "gauge");
        text.value("", node.memoryBytes(), now);
    }

    private void pods() {
        text.family(
                "pod_cpu_usage_seconds_total",
                "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
                "counter");
        sums(Use::cpu, ResourcePage::cpuAt, NANOS);
        text.family("pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes", "gauge");
        sums(ResourcePage::memory, ResourcePage::memoryAt, 1);
    }

    private void sums(ToLongFunction<Use> amount, ToLongFunction<Use> at, double unit) {
        Map<String, long[]> pods = new TreeMap<>();
        for (Use use : uses) {
            String labels = "namespace=\"%s\",pod=\"%s\"".formatted(use.namespace(), use.pod());
            long[] sum = pods.computeIfAbsent(labels, pod -> new long[2]);
            sum[0] += amount.applyAsLong(use);
            sum[1] = Math.max(sum[1], at.applyAsLong(use));
        }
        pods.forEach((labels, sum) -> text.value(labels, sum[0] / unit, sum[1]));
    }
}
