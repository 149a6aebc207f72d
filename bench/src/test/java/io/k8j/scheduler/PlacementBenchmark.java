package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.Client;
import io.k8j.client.InformerFactory;
import io.k8j.model.time.SystemTime;
import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.metrics.Metrics;
import io.k8j.scheduler.plugins.DefaultPlugins;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the scheduling thread does for one Pod, without any write: finds its node and counts it there. As many Pods stay as
 * there are nodes; the oldest goes for each that comes. In the scheduler's package, because placing is its own affair.
 * Run with {@code bench/jmh Placement}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
public class PlacementBenchmark {
    @Param({"1000", "5000"})
    public int count;

    @Param({"basic", "spread", "affinity", "anti-affinity", "unschedulable"})
    public String shape;

    private final ResourceNames names = new ResourceNames();
    private final Nodes nodes = new Nodes(names);
    private final ArrayDeque<PodInfo> placed = new ArrayDeque<>();
    private SystemTime time;
    private Profile profile;
    private Placement placement;
    private int number;

    @Setup
    public void open() {
        time = new SystemTime();
        Client client = new Client(null, time, "bench");
        InformerFactory informers = new InformerFactory(client);
        Indexes indexes = Indexes.of(nodes, namespace -> Map.of());
        Map<String, Plugin> made = new LinkedHashMap<>();
        for (DefaultPlugins.Entry entry : DefaultPlugins.ALL) {
            made.put(
                    entry.name(),
                    entry.create().apply(new PluginContext(client, informers, null, nodes, indexes, null, Map.of())));
        }
        profile = new Profile("default-scheduler", PluginSelection.DEFAULT.select(made));
        placement =
                new Placement(nodes, new Nominations(nodes), new Random(1), 0, new Extenders(List.of()), new Metrics());
        for (int i = 0; i < count; i++) {
            nodes.put(new NodeBuilder()
                    .withNewMetadata()
                    .withName("node-" + i)
                    .addToLabels("kubernetes.io/hostname", "node-" + i)
                    .addToLabels("topology.kubernetes.io/zone", "zone-" + i % 10)
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .withNewStatus()
                    .addToAllocatable("cpu", new Quantity("16"))
                    .addToAllocatable("memory", new Quantity("64Gi"))
                    .addToAllocatable("pods", new Quantity("110"))
                    .endStatus()
                    .build());
        }
    }

    @TearDown
    public void close() {
        time.close();
    }

    private PodInfo pod() {
        PodSpecBuilder spec = new PodSpecBuilder()
                .addNewContainer()
                .withName("c")
                .withImage("busybox")
                .withNewResources()
                .addToRequests("cpu", new Quantity(shape.equals("unschedulable") ? "17" : "100m"))
                .endResources()
                .endContainer();
        switch (shape) {
            case "spread" ->
                spec.addNewTopologySpreadConstraint()
                        .withMaxSkew(5)
                        .withTopologyKey("topology.kubernetes.io/zone")
                        .withWhenUnsatisfiable("DoNotSchedule")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endTopologySpreadConstraint();
            case "affinity" ->
                spec.withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("topology.kubernetes.io/zone")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity();
            case "anti-affinity" ->
                spec.withNewAffinity()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("kubernetes.io/hostname")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .endAffinity();
            case "basic", "unschedulable" -> {}
            default -> throw new IllegalArgumentException("shape " + shape);
        }
        String name = "pod-" + number++;
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .withNamespace("default")
                .addToLabels("app", "bench")
                .endMetadata()
                .withSpec(spec.build())
                .withNewStatus()
                .endStatus()
                .build();
        return new PodInfo(names, pod);
    }

    @Benchmark
    public Object placeOnePod() {
        PodInfo pod = pod();
        Placement.Outcome outcome = placement.place(profile, new CycleState(), pod);
        if (outcome instanceof Placement.Outcome.Placed(var node, int feasible)) {
            PodInfo there = pod.assignedTo(node.name());
            nodes.addPod(there);
            placed.add(there);
            if (placed.size() >= count) {
                nodes.removePod(placed.poll());
            }
        }
        return outcome;
    }
}
