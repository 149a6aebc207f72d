package io.k8j.kubelet.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeShutdownTest {
    @TempDir
    Path dir;

    private static Pod pod(String name, Integer priority) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPriority(priority)
                .endSpec()
                .build();
    }

    private static List<String> show(List<ShutdownPlan.Group> groups) {
        return groups.stream()
                .map(group -> group.period().toSeconds() + " "
                        + group.pods().stream()
                                .map(pod -> pod.getMetadata().getName())
                                .toList())
                .toList();
    }

    @Test
    void criticalPodsEndLastAndHaveTheirOwnTime() {
        Duration all = Duration.ofSeconds(30);
        Duration critical = Duration.ofSeconds(10);
        ShutdownConfig config = ShutdownConfig.of(all, critical);
        assertThat(show(ShutdownPlan.of(List.of(pod("dns", 2_000_000_000), pod("web", 0), pod("old", null)), config)))
                .containsExactly("20 [web, old]", "10 [dns]");
        assertThat(show(ShutdownPlan.of(List.of(pod("web", 0)), config))).containsExactly("20 [web]");
        assertThat(ShutdownPlan.of(List.of(pod("web", 0)), ShutdownConfig.NONE)).isEmpty();
    }

    @Test
    void eachPodBelongsToTheLastStepThatItReaches() {
        ShutdownConfig config = ShutdownConfig.byPriority(
                Map.of(1000, Duration.ofSeconds(30), 10, Duration.ofSeconds(20), 100_000, Duration.ofSeconds(5)));
        assertThat(show(ShutdownPlan.of(
                        List.of(
                                pod("lowest", -5),
                                pod("none", null),
                                pod("ten", 10),
                                pod("below", 999),
                                pod("thousand", 1000),
                                pod("highest", 2_000_000_000)),
                        config)))
                .containsExactly("20 [lowest, none, ten, below]", "30 [thousand]", "5 [highest]");
    }

    @Test
    void withoutAGracePeriodPodsGoOn() throws Exception {
        try (TestNode node = TestNode.simulated(dir)) {
            node.create("web", "{'containers':[{'name':'c','image':'busybox:1'}]}");
            node.awaitPhase("web", "Running");
            node.kubelet().shutDown();
            assertThat(node.kubelet().pods().evictable()).hasSize(1);
        }
    }

    @Test
    void podsEndWithTheirNodeAndNewOnesAreRefused() throws Exception {
        KubeletOptions options =
                KubeletOptions.DEFAULTS.withShutdown(ShutdownConfig.of(Duration.ofMinutes(5), Duration.ofMinutes(1)));
        try (TestNode node = TestNode.simulated(dir, options)) {
            node.create("web", "{'containers':[{'name':'c','image':'busybox:1'}]}");
            node.create("dns", "{'priority':2000000000,'containers':[{'name':'c','image':'busybox:1'}]}");
            node.awaitPhase("web", "Running");
            node.awaitPhase("dns", "Running");
            node.kubelet().shutDown();
            for (String name : List.of("web", "dns")) {
                Pod ended = node.find(name).orElseThrow(); // its status is written already
                assertThat(ended.getStatus().getPhase()).isEqualTo("Failed");
                assertThat(ended.getStatus().getReason()).isEqualTo("Terminated");
                assertThat(ended.getStatus().getMessage())
                        .isEqualTo("Pod was terminated in response to imminent node shutdown.");
                assertThat(ended.getStatus().getConditions())
                        .anySatisfy(c -> assertThat(c.getType() + c.getStatus() + c.getReason())
                                .isEqualTo("DisruptionTargetTrueTerminationByKubelet"));
            }
            node.create("late", "{'containers':[{'name':'c','image':'busybox:1'}]}");
            Pod late = node.awaitPhase("late", "Failed");
            assertThat(late.getStatus().getReason()).isEqualTo("NodeShutdown");
            assertThat(late.getStatus().getMessage()).isEqualTo("Pod was rejected as the node is shutting down.");
            Awaitility.await("node is not ready")
                    .untilAsserted(() -> assertThat(node.api()
                                    .resources(Node.class)
                                    .get(ObjectKey.of(TestNode.NAME))
                                    .getStatus()
                                    .getConditions())
                            .anySatisfy(
                                    c -> assertThat(c.getType() + c.getStatus() + c.getReason() + ": " + c.getMessage())
                                            .isEqualTo("ReadyFalseKubeletNotReady: node is shutting down")));
        }
    }
}
