package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PreemptionTest {
    private final TestCluster cluster = new TestCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PodBuilder pod(String name, String cpu, int priority) {
        return new PodBuilder(TestCluster.pod(name, cpu).build())
                .editSpec()
                .withPriority(priority)
                .withTerminationGracePeriodSeconds(0L)
                .endSpec();
    }

    @Test
    void removesTheLeastImportantPodsAndTakesTheirPlace() {
        cluster.node("n1", 4, 8);
        cluster.start();
        cluster.create(pod("low", "2", 0));
        cluster.create(pod("middle", "2", 5));
        cluster.nodeOf("low");
        cluster.nodeOf("middle");

        Pod high = cluster.create(pod("high", "2", 10));
        assertThat(cluster.nodeOf("high")).isEqualTo("n1");
        assertThat(cluster.pods().find(new ObjectKey("default", "low"))).isEmpty();
        assertThat(cluster.get("middle").getSpec().getNodeName()).isEqualTo("n1");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                cluster.client.resources(Event.class).list(ListOptions.ALL))
                        .anySatisfy(event -> {
                            assertThat(event.getReason()).isEqualTo("Preempted");
                            assertThat(event.getMessage())
                                    .isEqualTo("Preempted by pod %s on node n1"
                                            .formatted(high.getMetadata().getUid()));
                        }));
    }

    @Test
    void waitsForVictimsThatStopGracefullyAndSaysOnWhichNode() {
        cluster.node("n1", 2, 8);
        cluster.start();
        cluster.create(new PodBuilder(pod("low", "2", 0).build())
                .editMetadata()
                .addToFinalizers("example.com/hold")
                .endMetadata());
        cluster.nodeOf("low");
        cluster.create(pod("high", "2", 10));

        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(cluster.get("high").getStatus().getNominatedNodeName()).isEqualTo("n1");
            assertThat(cluster.get("low").getMetadata().getDeletionTimestamp()).isNotNull();
            assertThat(cluster.get("low").getStatus().getConditions()).anySatisfy(condition -> {
                assertThat(condition.getType()).isEqualTo("DisruptionTarget");
                assertThat(condition.getReason()).isEqualTo("PreemptionByScheduler");
                assertThat(condition.getMessage())
                        .isEqualTo("default-scheduler: preempting to accommodate a higher priority pod");
            });
        });
        Pod free = new PodBuilder(cluster.get("low"))
                .editMetadata()
                .withFinalizers()
                .endMetadata()
                .build();
        cluster.pods().update(free);
        assertThat(cluster.nodeOf("high")).isEqualTo("n1");
    }

    @Test
    void saysThatPreemptionDoesNotHelp() {
        cluster.node("n1", 2, 8);
        cluster.node("n2", 1, 8);
        cluster.start();
        cluster.create(pod("first", "2", 10));
        cluster.nodeOf("first");
        cluster.create(pod("second", "2", 10));

        assertThat(cluster.refusal("second").getMessage())
                .isEqualTo("0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: "
                        + "0/2 nodes are available: 1 No preemption victims found for incoming pod, "
                        + "1 Preemption is not helpful for scheduling.");
    }

    @Test
    void neverPreemptsWhenThePodForbidsIt() {
        cluster.node("n1", 2, 8);
        cluster.start();
        cluster.create(pod("low", "2", 0));
        cluster.nodeOf("low");
        cluster.create(new PodBuilder(pod("high", "2", 10).build())
                .editSpec()
                .withPreemptionPolicy("Never")
                .endSpec());

        assertThat(cluster.refusal("high").getMessage())
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
                        + "preemption: not eligible due to preemptionPolicy=Never.");
    }

    @Test
    void prefersVictimsThatNoBudgetProtects() {
        cluster.node("n1", 2, 8);
        cluster.node("n2", 2, 8);
        cluster.start();
        cluster.create(new PodBuilder(pod("guarded", "2", 0).build())
                .editMetadata()
                .addToLabels("app", "guarded")
                .endMetadata());
        String guarded = cluster.nodeOf("guarded");
        cluster.create(pod("free", "2", 5));
        String free = cluster.nodeOf("free");
        assertThat(free).isNotEqualTo(guarded);
        cluster.client
                .resources(PodDisruptionBudget.class)
                .create(new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withName("b")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withMinAvailable(new IntOrString(1))
                        .withNewSelector()
                        .addToMatchLabels("app", "guarded")
                        .endSelector()
                        .endSpec()
                        .build());
        // a Pod that is seen after the budget, so that the scheduler knows it
        cluster.create(TestCluster.pod("marker", "0"));
        cluster.nodeOf("marker");

        cluster.create(pod("high", "2", 10));
        assertThat(cluster.nodeOf("high")).isEqualTo(free);
        cluster.pods().delete(new ObjectKey("default", "marker"), DeleteOptions.DEFAULT.gracePeriod(0));
    }
}
