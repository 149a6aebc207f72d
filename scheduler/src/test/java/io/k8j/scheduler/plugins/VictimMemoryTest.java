package io.k8j.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.Client;
import io.k8j.client.InformerFactory;
import io.k8j.model.time.SystemTime;
import io.k8j.scheduler.framework.Candidate;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.plugins.preemption.DefaultPreemptionPlugin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds preemptions on random clusters that change against a plugin that remembers nothing. */
class VictimMemoryTest {
    private final ResourceNames names = new ResourceNames();
    private final Nodes nodes = new Nodes(names);
    private final Nominations nominations = new Nominations(nodes);
    private final Plugin.Filter fit = new NodeResourcesFitPlugin(
            names,
            NodeResourcesFitPlugin.LEAST_ALLOCATED,
            false,
            List.of(),
            java.util.Set.of(),
            java.util.Set.of(),
            id -> false);
    private final List<Runnable> evictions = new ArrayList<>();
    private final FrameworkHandle framework = new Framework();
    private int created;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void choosesAsIfItLookedAtEachNodeAnew(long seed) {
        Random random = new Random(seed);
        try (SystemTime time = new SystemTime()) {
            Client client = new Client(null, time, "test");
            PluginContext context = new PluginContext(
                    client,
                    new InformerFactory(client),
                    null,
                    nodes,
                    Indexes.of(nodes, namespace -> Map.of()),
                    framework,
                    Map.of());
            Random chance = new Random();
            DefaultPreemptionPlugin remembering = new DefaultPreemptionPlugin(context, chance, 100, 100);
            List<PodInfo> running = new ArrayList<>();
            List<PodInfo> nominated = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                nodes.put(node("n" + i, random));
            }
            for (int step = 0; step < 300; step++) {
                change(random, running);
                PodInfo pod = pod(random, "");
                CycleState state = new CycleState();
                NodeStatuses statuses = new NodeStatuses(Status.unschedulable("too small"));
                DefaultPreemptionPlugin forgetful = new DefaultPreemptionPlugin(context, new Random(seed), 100, 100);
                Plugin.PostFilter.Result expected = forgetful.postFilter(state, pod, statuses);
                chance.setSeed(seed);
                assertThat(remembering.postFilter(state, pod, statuses))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(expected);
                if (expected.status().isSuccess() && random.nextBoolean()) {
                    nominations.put(pod, expected.nominated());
                    nominated.add(pod);
                }
                if (nominated.size() > 2) {
                    nominations.remove(nominated.removeFirst().uid());
                }
            }
            assertThat(evictions).isNotEmpty();
        }
    }

    private void change(Random random, List<PodInfo> running) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                PodInfo pod = pod(random, "n" + random.nextInt(6));
                nodes.addPod(pod);
                running.add(pod);
                if (running.size() > 24) {
                    nodes.removePod(running.removeFirst());
                }
            }
            case 3 -> {
                if (!running.isEmpty()) {
                    nodes.removePod(running.remove(random.nextInt(running.size())));
                }
            }
            case 4, 5, 6 -> {
                if (!running.isEmpty()) {
                    int at = random.nextInt(running.size());
                    PodInfo before = running.get(at);
                    PodInfo now = new PodInfo(names, started(before.pod(), random));
                    assertThat(before.countsLike(now)).isTrue();
                    nodes.replacePod(before, now);
                    running.set(at, now);
                }
            }
            default -> nodes.put(node("n" + random.nextInt(6), random));
        }
    }

    private static Node node(String name, Random random) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity(String.valueOf(4 + random.nextInt(2))))
                .addToAllocatable("pods", new Quantity("20"))
                .endStatus()
                .build();
    }

    private static Pod started(Pod pod, Random random) {
        return new PodBuilder(pod)
                .editStatus()
                .withStartTime("2026-01-01T00:00:%02dZ".formatted(random.nextInt(60)))
                .endStatus()
                .build();
    }

    private PodInfo pod(Random random, String node) {
        String name = "p" + created++;
        return new PodInfo(
                names,
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withUid(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node)
                        .withPriority(node.isEmpty() ? 5 + random.nextInt(2) : random.nextInt(2))
                        .addNewContainer()
                        .withName("c")
                        .withNewResources()
                        .addToRequests("cpu", new Quantity((node.isEmpty() ? 3 : 1) + ""))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .endStatus()
                        .build());
    }

    /** One filter, and the Pods that are nominated. */
    private final class Framework implements FrameworkHandle {
        @Override
        public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
            List<PodInfo> waiting = nominations.on(node.name()).stream()
                    .filter(other -> other.priority() >= pod.priority())
                    .map(other -> other.assignedTo(node.name()))
                    .toList();
            waiting.forEach(nodes::addPod);
            Status status = fit.filter(state, pod, node);
            waiting.forEach(nodes::removePod);
            return status;
        }

        @Override
        public boolean decidesLocally(CycleState state) {
            return true;
        }

        @Override
        public boolean hasExtenders() {
            return false;
        }

        @Override
        public void addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
            nodes.addPod(added);
        }

        @Override
        public void removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
            nodes.removePod(removed);
        }

        @Override
        public List<PodInfo> nominated(String node) {
            return List.of();
        }

        @Override
        public void withdrawNomination(PodInfo pod) {}

        @Override
        public void reconsider(PodInfo pod) {}

        @Override
        public void retry(PodInfo pod) {}

        @Override
        public void changed(ClusterEvent event, Object before, Object now) {}

        @Override
        public Candidate.Narrowed narrow(PodInfo pod, List<Candidate> candidates) {
            throw new AssertionError("there are no extenders");
        }

        @Override
        public void allow(String uid, String plugin) {}

        @Override
        public void reject(String uid, String plugin, String message) {}

        @Override
        public void preempt(String uid, String plugin) {}

        @Override
        public List<PodInfo> waiting() {
            return List.of();
        }

        @Override
        public void countPreemption() {}

        @Override
        public void post(Runnable task) {}

        @Override
        public Executor writers() {
            return evictions::add; // never carried out
        }
    }
}
