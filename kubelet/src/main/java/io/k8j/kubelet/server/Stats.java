package io.k8j.kubelet.server;

import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.node.Machine;
import io.k8j.kubelet.pods.Labels;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** How much the node and its containers use, for the summary API and for Prometheus. Thread-safe. */
final class Stats {
    /** Two readings of a counter give a rate when they lie that far apart, in nanoseconds. */
    private static final long LEAST_SPAN = 1_000_000_000L;

    private record Reading(long time, long cpu, long rate) {}

    /** One container's use. */
    record Use(
            String namespace,
            String pod,
            String uid,
            String container,
            long time,
            long cpu,
            long rate,
            ContainerStats raw) {}

    private final KubeletConfig config;
    private final ContainerRuntime runtime;
    private final PodWorkers pods;
    private final Machine machine;
    private final Time time;
    private final Consumer<StringBuilder> clientMetrics;
    private final Map<String, Reading> readings = new ConcurrentHashMap<>();
    private volatile boolean failed; // whether the runtime did not answer the last question

    /** @param clientMetrics appends what the kubelet's own client counts */
    Stats(
            KubeletConfig config,
            ContainerRuntime runtime,
            PodWorkers pods,
            Machine machine,
            Time time,
            Consumer<StringBuilder> clientMetrics) {
        this.config = config;
        this.runtime = runtime;
        this.pods = pods;
        this.machine = machine;
        this.time = time;
        this.clientMetrics = clientMetrics;
    }

    private List<Use> uses() {
        List<Use> found = new ArrayList<>();
        try {
            for (ContainerStats stats : runtime.containerStats()) {
                var labels = stats.getAttributes().getLabelsMap();
                long at = stats.getCpu().getTimestamp();
                long cpu = stats.getCpu().getUsageCoreNanoSeconds().getValue();
                found.add(new Use(
                        labels.getOrDefault(Labels.POD_NAMESPACE, ""),
                        labels.getOrDefault(Labels.POD_NAME, ""),
                        labels.getOrDefault(Labels.POD_UID, ""),
                        labels.getOrDefault(Labels.CONTAINER_NAME, ""),
                        at,
                        cpu,
                        rate(stats.getAttributes().getId(), at, cpu),
                        stats));
            }
            failed = false;
        } catch (RuntimeFailure runtimeDown) {
            failed = true;
            return List.of();
        }
        List<String> ids =
                found.stream().map(use -> use.raw().getAttributes().getId()).toList();
        readings.keySet().removeIf(id -> !id.equals("node") && !ids.contains(id));
        return found;
    }

    /** Nanoseconds of CPU time per second since the last reading that lies far enough back. */
    private long rate(String id, long at, long cpu) {
        return readings.compute(id, (key, before) -> {
                    if (before == null) return new Reading(at, cpu, 0);
                    long span = at - before.time();
                    if (span < LEAST_SPAN) return before;
                    return new Reading(at, cpu, (long) ((cpu - before.cpu()) * (1e9 / span)));
                })
                .rate();
    }

    private String text(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    Map<String, Object> summary() {
        Instant now = time.instant();
        long at = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("nodeName", config.nodeName());
        NodeReading reading = NodeReading.of(runtime, machine);
        node.put("cpu", cpu(at, reading.cpuNanos(), rate("node", at, reading.cpuNanos())));
        long used = reading.memoryBytes();
        node.put(
                "memory",
                Map.of(
                        "time",
                        text(at),
                        "availableBytes",
                        machine.memory() - used,
                        "usageBytes",
                        used,
                        "workingSetBytes",
                        used));
        node.put("fs", disk(at));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("node", node);
        result.put("pods", podSummaries());
        return result;
    }

    private Map<String, Object> disk(long at) {
        try {
            var store = Files.getFileStore(config.rootDir());
            return Map.of(
                    "time", text(at),
                    "availableBytes", store.getUsableSpace(),
                    "capacityBytes", store.getTotalSpace(),
                    "usedBytes", store.getTotalSpace() - store.getUnallocatedSpace());
        } catch (IOException unknown) {
            return Map.of("time", text(at));
        }
    }

    private Map<String, Object> cpu(long at, long used, long rate) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("time", text(at));
        tree.put("usageNanoCores", rate);
        tree.put("usageCoreNanoSeconds", used);
        return tree;
    }

    private List<Object> podSummaries() {
        Map<String, List<Use>> byPod = new LinkedHashMap<>();
        for (Use use : uses())
            byPod.computeIfAbsent(use.uid(), uid -> new ArrayList<>()).add(use);
        List<Object> result = new ArrayList<>();
        byPod.values().forEach(containers -> {
            Use first = containers.getFirst();
            Map<String, Object> pod = new LinkedHashMap<>();
            pod.put("podRef", Map.of("name", first.pod(), "namespace", first.namespace(), "uid", first.uid()));
            pod.put("containers", containers.stream().map(this::container).toList());
            pod.put(
                    "cpu",
                    cpu(
                            first.time(),
                            containers.stream().mapToLong(Use::cpu).sum(),
                            containers.stream().mapToLong(Use::rate).sum()));
            pod.put(
                    "memory",
                    Map.of(
                            "time",
                            text(first.time()),
                            "workingSetBytes",
                            containers.stream()
                                    .mapToLong(use -> use.raw()
                                            .getMemory()
                                            .getWorkingSetBytes()
                                            .getValue())
                                    .sum()));
            result.add(pod);
        });
        return result;
    }

    private Map<String, Object> container(Use use) {
        var memory = use.raw().getMemory();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", use.container());
        double started = startedAt(use);
        if (started > 0) tree.put("startTime", text((long) (started * 1e9)));
        tree.put("cpu", cpu(use.time(), use.cpu(), use.rate()));
        tree.put(
                "memory",
                Map.of(
                        "time", text(memory.getTimestamp()),
                        "availableBytes", memory.getAvailableBytes().getValue(),
                        "usageBytes", memory.getUsageBytes().getValue(),
                        "workingSetBytes", memory.getWorkingSetBytes().getValue(),
                        "rssBytes", memory.getRssBytes().getValue(),
                        "pageFaults", memory.getPageFaults().getValue(),
                        "majorPageFaults", memory.getMajorPageFaults().getValue()));
        tree.put(
                "rootfs",
                Map.of("usedBytes", use.raw().getWritableLayer().getUsedBytes().getValue()));
        return tree;
    }

    /** What metrics-server reads. */
    String resourceMetrics() {
        List<Use> uses = uses();
        return ResourcePage.write(uses, this::startedAt, NodeReading.of(runtime, machine), time.instant(), failed);
    }

    private double startedAt(Use use) {
        return pods.runtimeOf(use.uid())
                .flatMap(seen -> seen.latest(use.container()))
                .map(run -> run.status().getStartedAt() / 1e9)
                .orElse(0.0);
    }

    /** The few of cAdvisor's figures that dashboards usually show. */
    String containerMetrics() {
        List<Use> uses = uses();
        MetricText text = new MetricText();
        text.family("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", "counter");
        for (Use use : uses) text.value(labels(use), use.cpu() / 1e9, use.time() / 1_000_000);
        text.family("container_memory_usage_bytes", "Current memory usage in bytes.", "gauge");
        for (Use use : uses)
            text.value(labels(use), use.raw().getMemory().getUsageBytes().getValue(), 0);
        text.family("container_memory_working_set_bytes", "Current working set in bytes.", "gauge");
        for (Use use : uses)
            text.value(labels(use), use.raw().getMemory().getWorkingSetBytes().getValue(), 0);
        text.family("container_memory_rss", "Size of RSS in bytes.", "gauge");
        for (Use use : uses)
            text.value(labels(use), use.raw().getMemory().getRssBytes().getValue(), 0);
        return text.toString();
    }

    /** Results of probes. */
    String probeMetrics() {
        StringBuilder text = new StringBuilder();
        pods.probeMetrics().write(text);
        return text.toString();
    }

    /** The node agent's own figures. */
    String ownMetrics() {
        MetricText text = new MetricText();
        text.family("kubelet_node_name", "[ALPHA] The node's name. The count is always 1.", "gauge");
        text.value("node=\"%s\"".formatted(config.nodeName()), 1, 0);
        text.family("kubelet_running_pods", "[BETA] Number of pods that have a running pod sandbox", "gauge");
        text.value("", pods.pods().size(), 0);
        StringBuilder all = new StringBuilder(text.toString());
        runtime.writeMetrics(all);
        clientMetrics.accept(all);
        return all.toString();
    }

    static String labels(Use use) {
        return "container=\"%s\",namespace=\"%s\",pod=\"%s\"".formatted(use.container(), use.namespace(), use.pod());
    }
}
