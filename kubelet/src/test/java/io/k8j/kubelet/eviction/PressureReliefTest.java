package io.k8j.kubelet.eviction;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.model.time.SystemTime;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods are evicted from a node that runs short, over a simulated runtime and a real API server. */
class PressureReliefTest {
    private static final Signals PLENTY = new Signals(Long.MAX_VALUE, Long.MAX_VALUE, 0);
    private static final Signals NO_MEMORY = new Signals(1 << 20, Long.MAX_VALUE, 0);
    private static final Signals NO_DISK = new Signals(Long.MAX_VALUE, 1, 1000);

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
        AtomicReference<Signals> signals = new AtomicReference<>(PLENTY);
        AtomicInteger freed = new AtomicInteger();
        try (TestNode node = TestNode.simulated(dir);
                SystemTime time = new SystemTime();
                PressureRelief relief = PressureRelief.start(
                        signals::get,
                        freed::incrementAndGet,
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
        }
    }

    @Test
    void unusedImagesGoBeforePods() throws Exception {
        AtomicReference<Signals> signals = new AtomicReference<>(NO_DISK);
        try (TestNode node = TestNode.simulated(dir);
                SystemTime time = new SystemTime();
                PressureRelief relief = PressureRelief.start(
                        signals::get,
                        () -> signals.set(PLENTY),
                        node.runtime(),
                        node.kubelet().pods(),
                        time)) {
            node.create("a", spec(0));
            awaitRunning(node, "a");
            relief.look();
            assertThat(signals.get()).isEqualTo(PLENTY);
            assertThat(node.kubelet().pods().evictable()).hasSize(1);
        }
    }
}
