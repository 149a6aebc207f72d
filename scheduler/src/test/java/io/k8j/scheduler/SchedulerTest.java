package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final TestCluster cluster = new TestCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void bindsAPodToTheOnlyNodeAndSaysSo() {
        cluster.node("n1", 4, 8);
        cluster.start();
        cluster.create(TestCluster.pod("p", "1"));

        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(events("p"))
                        .containsExactly("Normal Scheduled Successfully assigned default/p to n1"));
        PodCondition condition = cluster.get("p").getStatus().getConditions().getFirst();
        assertThat(condition.getType()).isEqualTo("PodScheduled");
        assertThat(condition.getStatus()).isEqualTo("True");
    }

    @Test
    void tellsForEachReasonOnHowManyNodesItHolds() {
        cluster.node("n1", 1, 8);
        cluster.node(
                "n2",
                4,
                8,
                n -> n.editSpec()
                        .addNewTaint()
                        .withKey("a")
                        .withValue("b")
                        .withEffect("NoSchedule")
                        .endTaint()
                        .endSpec());
        cluster.node("n3", 4, 8, n -> n.editSpec().withUnschedulable(true).endSpec());
        cluster.start();
        cluster.create(TestCluster.pod("p", "2"));

        PodCondition condition = cluster.refusal("p");
        assertThat(condition.getStatus()).isEqualTo("False");
        assertThat(condition.getReason()).isEqualTo("Unschedulable");
        assertThat(condition.getMessage())
                .startsWith("0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), "
                        + "1 node(s) were unschedulable.");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(events("p")).containsExactly("Warning FailedScheduling " + condition.getMessage()));
    }

    @Test
    void saysThatThereAreNoNodes() {
        cluster.start();
        cluster.create(TestCluster.pod("p", "1"));
        assertThat(cluster.refusal("p").getMessage()).isEqualTo("no nodes available to schedule pods");

        cluster.node("n1", 4, 8);
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void triesARefusedPodAgainWhenAnotherLeaves() {
        cluster.node("n1", 2, 8);
        cluster.start();
        cluster.create(TestCluster.pod("first", "2"));
        assertThat(cluster.nodeOf("first")).isEqualTo("n1");
        cluster.create(TestCluster.pod("second", "2"));
        cluster.refusal("second");

        cluster.pods().delete(new ObjectKey("default", "first"), DeleteOptions.DEFAULT.gracePeriod(0));
        assertThat(cluster.nodeOf("second")).isEqualTo("n1");
    }

    @Test
    void triesARefusedPodAgainWhenANodeIsUncordoned() {
        cluster.node("n1", 2, 8, n -> n.editSpec().withUnschedulable(true).endSpec());
        cluster.start();
        cluster.create(TestCluster.pod("p", "1"));
        cluster.refusal("p");

        cluster.client
                .resources(Node.class)
                .patch(ObjectKey.of("n1"), PatchType.MERGE, Map.of("spec", Map.of("unschedulable", false)), "");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void leavesGatedPodsAndThoseOfOtherSchedulersAlone() {
        cluster.node("n1", 4, 8);
        cluster.start();
        cluster.create(new PodBuilder(TestCluster.pod("gated", "1").build())
                .editSpec()
                .addNewSchedulingGate("hold")
                .endSpec());
        cluster.create(new PodBuilder(TestCluster.pod("other", "1").build())
                .editSpec()
                .withSchedulerName("mine")
                .endSpec());
        cluster.create(TestCluster.pod("last", "1"));

        cluster.nodeOf("last");
        assertThat(cluster.get("gated").getSpec().getNodeName()).isNull();
        assertThat(cluster.get("other").getSpec().getNodeName()).isNull();

        Pod free = new PodBuilder(cluster.get("gated"))
                .editSpec()
                .withSchedulingGates(List.of())
                .endSpec()
                .build();
        cluster.pods().update(free);
        assertThat(cluster.nodeOf("gated")).isEqualTo("n1");
    }

    @Test
    void spreadsEqualPodsEvenly() {
        for (int i = 0; i < 5; i++) {
            cluster.node("n" + i, 8, 16);
        }
        cluster.start();
        for (int i = 0; i < 50; i++) {
            cluster.create(TestCluster.pod("p" + i, "100m"));
        }
        for (int i = 0; i < 50; i++) {
            cluster.nodeOf("p" + i);
        }
        Map<String, Long> perNode = cluster.pods().list(ListOptions.ALL).stream()
                .collect(java.util.stream.Collectors.groupingBy(
                        p -> p.getSpec().getNodeName(), java.util.stream.Collectors.counting()));
        assertThat(perNode.values()).hasSize(5).allMatch(count -> count >= 9 && count <= 11);
    }

    @Test
    void neverPutsMoreOnANodeThanFits() {
        cluster.node("n1", 2, 8);
        cluster.node("n2", 3, 8);
        cluster.start();
        for (int i = 0; i < 10; i++) {
            cluster.create(TestCluster.pod("p" + i, "1"));
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(cluster.pods().list(ListOptions.ALL))
                        .satisfies(pods -> {
                            assertThat(pods.stream()
                                            .filter(p -> "n1".equals(p.getSpec().getNodeName())))
                                    .hasSize(2);
                            assertThat(pods.stream()
                                            .filter(p -> "n2".equals(p.getSpec().getNodeName())))
                                    .hasSize(3);
                            assertThat(pods.stream()
                                            .filter(p -> p.getSpec().getNodeName() == null)
                                            .flatMap(p -> p.getStatus().getConditions().stream())
                                            .filter(c -> "Unschedulable".equals(c.getReason())))
                                    .hasSize(5);
                        }));
    }

    private List<String> events(String pod) {
        return cluster.client.resources(Event.class).list(ListOptions.inNamespace("default")).stream()
                .filter(e -> pod.equals(e.getInvolvedObject().getName()))
                .map(e -> e.getType() + " " + e.getReason() + " " + e.getMessage())
                .toList();
    }
}
