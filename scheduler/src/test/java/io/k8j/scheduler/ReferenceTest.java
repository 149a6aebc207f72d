package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds decisions on random clusters against {@link SlowScheduler}, which looks at everything anew each time. */
class ReferenceTest {
    private static final List<String> APPS = List.of("a", "b", "c");

    private final Random random = new Random();
    private final ResourceNames names = new ResourceNames();
    private final Nodes nodes = new Nodes(names);
    private final SlowScheduler slow = new SlowScheduler();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void choosesOneOfTheBestNodesAndRefusesWhatFitsNowhere(long seed) {
        random.setSeed(seed);
        try (SystemTime time = new SystemTime()) {
            Profile profile = profile(new Client(null, time, "test"));
            Placement placement = new Placement(
                    nodes, new Nominations(nodes), new Random(seed), 100, new Extenders(List.of()), new Metrics());
            int count = 3 + random.nextInt(20);
            for (int i = 0; i < count; i++) {
                Node node = node("n" + i);
                nodes.put(node);
                slow.nodes.add(node);
            }
            List<PodInfo> placed = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                Pod pod = pod("p" + i);
                PodInfo info = new PodInfo(names, pod);
                Set<String> best = slow.best(pod);
                switch (placement.place(profile, new CycleState(), info)) {
                    case Placement.Outcome.Placed(var node, int feasible) -> {
                        assertThat(best).as("seed %d, pod %s", seed, pod).contains(node.name());
                        PodInfo there = info.assignedTo(node.name());
                        nodes.addPod(there);
                        placed.add(there);
                        slow.pods.put(pod, node.name());
                    }
                    case Placement.Outcome.Refused(var diagnosis) ->
                        assertThat(best)
                                .as("seed %d, %s, pod %s", seed, diagnosis.message(), pod)
                                .isEmpty();
                    case Placement.Outcome.NoNodes() -> throw new AssertionError("there are nodes");
                    case Placement.Outcome.Failed(String message) -> throw new AssertionError(message);
                }
                if (!placed.isEmpty() && random.nextInt(4) == 0) {
                    PodInfo gone = placed.remove(random.nextInt(placed.size()));
                    nodes.removePod(gone);
                    slow.pods.remove(gone.pod());
                }
            }
        }
    }

    private Profile profile(Client client) {
        InformerFactory informers = new InformerFactory(client);
        Indexes indexes = Indexes.of(nodes, namespace -> Map.of());
        Map<String, Plugin> made = new LinkedHashMap<>();
        for (DefaultPlugins.Entry entry : DefaultPlugins.ALL) {
            made.put(
                    entry.name(),
                    entry.create().apply(new PluginContext(client, informers, null, nodes, indexes, null, Map.of())));
        }
        return new Profile("default-scheduler", PluginSelection.DEFAULT.select(made));
    }

    private Node node(String name) {
        NodeBuilder builder = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("zone", "z" + random.nextInt(3))
                .endMetadata()
                .withNewSpec()
                .withUnschedulable(random.nextInt(10) == 0)
                .endSpec()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity(String.valueOf(1 + random.nextInt(8))))
                .addToAllocatable("memory", new Quantity((1 + random.nextInt(8)) + "Gi"))
                .addToAllocatable("pods", new Quantity(String.valueOf(3 + random.nextInt(20))))
                .endStatus();
        if (random.nextInt(3) == 0) {
            builder.editSpec()
                    .addNewTaint()
                    .withKey("t")
                    .withValue("v" + random.nextInt(2))
                    .withEffect(random.nextBoolean() ? "NoSchedule" : "PreferNoSchedule")
                    .endTaint()
                    .endSpec();
        }
        return builder.build();
    }

    private Pod pod(String name) {
        PodBuilder builder = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .withNamespace("default")
                .addToLabels("app", APPS.get(random.nextInt(APPS.size())))
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withNewResources()
                .addToRequests("cpu", new Quantity((1 + random.nextInt(4)) * 100 + "m"))
                .addToRequests("memory", new Quantity((1 + random.nextInt(4)) * 128 + "Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .endStatus();
        if (random.nextInt(4) == 0) {
            builder.editSpec()
                    .editFirstContainer()
                    .addNewPort()
                    .withContainerPort(80)
                    .withHostPort(8000 + random.nextInt(2))
                    .endPort()
                    .endContainer()
                    .endSpec();
        }
        if (random.nextInt(4) == 0) {
            builder.editSpec()
                    .addToNodeSelector("zone", "z" + random.nextInt(3))
                    .endSpec();
        }
        if (random.nextInt(3) == 0) {
            builder.editSpec()
                    .addNewToleration()
                    .withKey("t")
                    .withOperator("Equal")
                    .withValue("v" + random.nextInt(2))
                    .endToleration()
                    .endSpec();
        }
        LabelSelector some = new LabelSelectorBuilder()
                .addToMatchLabels("app", APPS.get(random.nextInt(APPS.size())))
                .build();
        String key = random.nextBoolean() ? "zone" : "kubernetes.io/hostname";
        switch (random.nextInt(8)) {
            case 0 ->
                builder.editSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(some)
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec();
            case 1 ->
                builder.editSpec()
                        .withNewAffinity()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(some)
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec();
            case 2 ->
                builder.editSpec()
                        .addNewTopologySpreadConstraint()
                        .withMaxSkew(1 + random.nextInt(2))
                        .withTopologyKey(key)
                        .withWhenUnsatisfiable("DoNotSchedule")
                        .withLabelSelector(some)
                        .endTopologySpreadConstraint()
                        .endSpec();
            default -> {}
        }
        return builder.build();
    }
}
