package io.k8j.kubelet.eviction;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.model.time.SystemTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods are evicted from a node that runs short, over a simulated runtime and a real API server. */
class PressureReliefTest {
    private static final Map<Signal, Observation> PLENTY =
            Map.of(Signal.MEMORY_AVAILABLE, new Observation(1L << 40, 1L << 40));
    private static final Map<Signal, Observation> NO_MEMORY =
            Map.of(Signal.MEMORY_AVAILABLE, new Observation(1 << 20, 1L << 40));
    private static final Map<Signal, Observation> NO_INODES =
            Map.of(Signal.NODEFS_INODES_FREE, new Observation(49, 1000));

    @TempDir
    Path dir;

    private static String spec(int priority) {
        return "{'priority':%d,'containers':[{'name':'c','image':'busybox:1'}],'terminationGracePeriodSeconds':3600}"
                .formatted(priority);
    }

    private static Pod awaitRunning(TestNode node, String name) {
        return node.await(
                name,
                "running",
                pod -> !pod.getStatus().getContainerStatuses().isEmpty()
                        && container(pod, 0).getState().getRunning() != null);
    }

    @Test
    void oneOfManyPodsIsEvictedAndTheOthersStay() throws Exception {
        AtomicReference<Map<Signal, Observation>> signals = new AtomicReference<>(PLENTY);
        AtomicInteger freed = new AtomicInteger();
        List<List<String>> warned = new CopyOnWriteArrayList<>();
        try (TestNode node = TestNode.simulated(dir);
                SystemTime time = new SystemTime();
                PressureRelief relief = PressureRelief.start(
                        EvictionConfig.DEFAULTS,
                        new PressureRelief.NodeSide(signals::get, freed::incrementAndGet, warned::add),
                        node.runtime(),
                        node.kubelet().pods(),
                        time)) {
            node.create("a", spec(0));
            node.create("b", spec(0));
            awaitRunning(node, "a");
            awaitRunning(node, "b");
            relief.look();
            assertThat(node.kubelet().pods().evictable()).hasSize(2);

            signals.set(NO_MEMORY);
            relief.look();
            await().until(() -> node.kubelet().pods().evictable().size() == 1);
            String evicted = node.kubelet()
                            .pods()
                            .evictable()
                            .getFirst()
                            .getMetadata()
                            .getName()
                            .equals("a")
                    ? "b"
                    : "a";
            Pod ended = node.await(
                    evicted, "evicted", pod -> "Failed".equals(pod.getStatus().getPhase()));
            assertThat(ended.getStatus().getReason()).isEqualTo("Evicted");
            assertThat(ended.getStatus().getMessage()).startsWith("The node was low on resource: memory. ");
            assertThat(ended.getStatus().getConditions())
                    .anySatisfy(c -> assertThat(c.getType() + c.getStatus() + c.getReason())
                            .isEqualTo("DisruptionTargetTrueTerminationByKubelet"));
            await().untilAsserted(() -> assertThat(node.events(evicted))
                    .anyMatch(e -> e.startsWith("Evicted: The node was low on resource: memory. ")));
            assertThat(freed).hasValue(0);
            assertThat(warned).containsExactly(List.of("EvictionThresholdMet", "Attempting to reclaim memory"));
            assertThat(relief.conditions()).containsExactly("MemoryPressure");
            StringBuilder metrics = new StringBuilder();
            node.kubelet().pods().writeMetrics(metrics);
            assertThat(metrics.toString())
                    .contains("kubelet_evictions{eviction_signal=\"memory.available\"} 1\n")
                    .contains("kubelet_eviction_stats_age_seconds_count{eviction_signal=\"memory.available\"} 1\n");
        }
    }

    @Test
    void unusedImagesGoBeforePods() throws Exception {
        List<List<String>> warned = new CopyOnWriteArrayList<>();
        AtomicReference<Map<Signal, Observation>> signals = new AtomicReference<>(NO_INODES);
        try (TestNode node = TestNode.simulated(dir);
                SystemTime time = new SystemTime();
                PressureRelief relief = PressureRelief.start(
                        EvictionConfig.DEFAULTS,
                        new PressureRelief.NodeSide(signals::get, () -> signals.set(PLENTY), warned::add),
                        node.runtime(),
                        node.kubelet().pods(),
                        time)) {
            node.create("a", spec(0));
            awaitRunning(node, "a");
            relief.look();
            assertThat(signals.get()).isEqualTo(PLENTY);
            assertThat(node.kubelet().pods().evictable()).hasSize(1);
            assertThat(warned).containsExactly(List.of("EvictionThresholdMet", "Attempting to reclaim inodes"));
            assertThat(relief.conditions()).containsExactly("DiskPressure");
        }
    }

    @Test
    void aPodThatWritesMoreThanItMayIsEvictedAndOthersStay() throws Exception {
        try (TestNode node = TestNode.simulated(dir);
                SystemTime time = new SystemTime();
                PressureRelief relief = PressureRelief.start(
                        EvictionConfig.DEFAULTS,
                        new PressureRelief.NodeSide(() -> PLENTY, () -> {}, event -> {}),
                        node.runtime(),
                        node.kubelet().pods(),
                        time)) {
            String spec =
                    "{'containers':[{'name':'c','image':'busybox:1'}],'volumes':[{'name':'scratch','emptyDir':{'sizeLimit':'1Mi'}}]}";
            node.create("modest", spec);
            node.create("greedy", spec);
            awaitRunning(node, "modest");
            Pod greedy = awaitRunning(node, "greedy");
            Path volume = node.kubelet().pods().directory(greedy).resolve("volumes/kubernetes.io~empty-dir/scratch");
            Files.write(volume.resolve("file"), new byte[2 << 20]);
            relief.look();
            Pod ended = node.awaitPhase("greedy", "Failed");
            assertThat(ended.getStatus().getReason()).isEqualTo("Evicted");
            assertThat(ended.getStatus().getMessage())
                    .isEqualTo("Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ");
            assertThat(ended.getStatus().getConditions())
                    .as("it is the Pod's own fault")
                    .noneMatch(condition -> condition.getType().equals("DisruptionTarget"));
            assertThat(node.kubelet().pods().evictable())
                    .extracting(pod -> pod.getMetadata().getName())
                    .containsExactly("modest");
        }
    }
}
