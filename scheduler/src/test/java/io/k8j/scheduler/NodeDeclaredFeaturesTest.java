package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.feature.FeatureGates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pods that need something of the kubelet that not every kubelet can do. */
class NodeDeclaredFeaturesTest {
    private final TestCluster cluster = new TestCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void create(String name) {
        cluster.create(new PodBuilder(TestCluster.pod(name, "1").build())
                .editSpec()
                .withRestartPolicy("Never")
                .editFirstContainer()
                .withRestartPolicy("Never")
                .addNewRestartPolicyRule()
                .withAction("RestartAllContainers")
                .withNewExitCodes()
                .withOperator("In")
                .withValues(42)
                .endExitCodes()
                .endRestartPolicyRule()
                .endContainer()
                .endSpec());
    }

    @Test
    void waitForANodeThatSaysItCan() {
        cluster.node("n1", 4, 8);
        cluster.start();
        create("p");
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/1 nodes are available: 1 node(s) didn't match Pod's required features.");
        cluster.client
                .resources(Node.class)
                .patch(
                        ObjectKey.of("n1"),
                        PatchType.MERGE,
                        Map.of("status", Map.of("declaredFeatures", List.of("RestartAllContainersOnContainerExits"))),
                        "status");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void goAnywhereWhenTheFeatureIsOff() {
        cluster.node("n1", 4, 8);
        cluster.start(SchedulerConfig.DEFAULTS.withGates(FeatureGates.of(Map.of("NodeDeclaredFeatures", "false"))));
        create("p");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }
}
