package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cgroups.CgroupReader;
import io.k8j.kubelet.cgroups.NetworkUse;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.node.Machine;
import io.k8j.kubelet.node.NodeFacts;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.spec.Labels;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
    private final ContainerRows rows;
    private final VolumeSizes sizes;
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
        this.sizes = new VolumeSizes(pods, time);
        this.rows = new ContainerRows(pods, CgroupReader.HERE);
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

    Map<String, Object> summary() {
        Instant now = time.instant();
        long at = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        boolean real = !config.simulated();
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("nodeName", config.nodeName());
        NodeReading reading = NodeReading.of(runtime, machine);
        node.put("cpu", Summary.cpu(at, reading.cpuNanos(), rate("node", at, reading.cpuNanos())));
        long used = reading.memoryBytes();
        node.put(
                "memory",
                Map.of(
                        "time",
                        Summary.text(at),
                        "availableBytes",
                        machine.memory() - used,
                        "usageBytes",
                        used,
                        "workingSetBytes",
                        used));
        if (real) node.put("network", Summary.network(NetworkUse.of(1), at));
        node.put("fs", Summary.disk(config.rootDir(), at, real));
        if (real) node.put("runtime", Map.of("imageFs", Summary.disk(config.rootDir(), at, true)));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("node", node);
        result.put("pods", podSummaries(at));
        return result;
    }

    private List<Object> podSummaries(long at) {
        Map<String, List<Use>> byPod = new LinkedHashMap<>();
        for (Use use : uses())
            byPod.computeIfAbsent(use.uid(), uid -> new ArrayList<>()).add(use);
        Map<String, Pod> objects = new HashMap<>();
        pods.pods().forEach(pod -> objects.put(pod.getMetadata().getUid(), pod));
        sizes.retain(List.copyOf(objects.values()));
        List<Object> result = new ArrayList<>();
        byPod.forEach((uid, uses) -> {
            Map<String, Object> tree = Summary.pod(
                    uses,
                    uses.stream()
                            .map(use -> Summary.container(use, startedAt(use)))
                            .toList());
            Pod pod = objects.get(uid);
            if (pod != null && pod.getStatus() != null && pod.getStatus().getStartTime() != null) {
                tree.put("startTime", pod.getStatus().getStartTime());
            }
            if (pod != null && !config.simulated()) addMeasured(pod, tree, at);
            result.add(tree);
        });
        return result;
    }

    private void addMeasured(Pod pod, Map<String, Object> tree, long at) {
        List<NetworkUse> networks = rows.networks(pod);
        if (!networks.isEmpty()) tree.put("network", Summary.network(networks, at));
        List<Map<String, Object>> volumes = sizes.of(pod).stream()
                .map(size -> Summary.volume(pod, size, at))
                .toList();
        if (!volumes.isEmpty()) tree.put("volume", volumes);
        try {
            tree.put("process_stats", Map.of("process_count", pods.processesOf(pod)));
        } catch (IOException gone) {
            return; // it has just ended
        }
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

    /** What cAdvisor tells of containers. */
    String containerMetrics() {
        List<ContainerPage.Row> found;
        if (config.simulated()) {
            found = rows.played(uses(), this::startedAt);
        } else {
            failed = false;
            found = rows.all(config.cgroupRoot());
        }
        var about = new ContainerPage.MachineRow(
                machine.cpus(), machine.memory(), NodeFacts.bootId(), NodeFacts.machineId(), NodeFacts.systemUuid());
        return ContainerPage.write(found, about, failed, time.instant().toEpochMilli());
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
        StringBuilder all = new StringBuilder(text.toString());
        pods.writeMetrics(all);
        if (!config.simulated()) new VolumePage(pods, sizes).write(all);
        runtime.writeMetrics(all);
        clientMetrics.accept(all);
        return all.toString();
    }

    static String labels(Use use) {
        return "container=\"%s\",namespace=\"%s\",pod=\"%s\"".formatted(use.container(), use.namespace(), use.pod());
    }
}
