package io.k8j.controllers.podgc;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodGarbagePlanTest {
    private static PodBuilder pod(String name, String created, String node, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp(created)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .endStatus();
    }

    private static Node node(String ready, String taint) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("n")
                .endMetadata()
                .withNewSpec()
                .addNewTaint("NoExecute", taint, null, null)
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .endStatus()
                .build();
    }

    @Test
    void evictedPodsGoBeforeOlderOnes() {
        Pod old = pod("old", "2020-01-01T00:00:00Z", "n", "Succeeded").build();
        Pod evicted = pod("evicted", "2021-01-01T00:00:00Z", "n", "Failed")
                .editStatus()
                .withReason("Evicted")
                .endStatus()
                .build();
        Pod running = pod("running", "2019-01-01T00:00:00Z", "n", "Running").build();
        PodGarbagePlan plan = PodGarbagePlan.of(List.of(old, evicted, running), Map.of("n", node("True", "other")), 1);
        assertThat(plan.finished()).containsExactly(evicted);
    }

    @Test
    void onANodeOutOfServiceTolerationsDoNotKeepPodsThatAreBeingDeleted() {
        Pod tolerating = pod("a", "2020-01-01T00:00:00Z", "n", "Running")
                .editMetadata()
                .withDeletionTimestamp("2020-01-01T00:00:00Z")
                .endMetadata()
                .editSpec()
                .withTolerations(new TolerationBuilder().withOperator("Exists").build())
                .endSpec()
                .build();
        String taint = "node.kubernetes.io/out-of-service";
        assertThat(PodGarbagePlan.of(List.of(tolerating), Map.of("n", node("False", taint)), 0)
                        .outOfService())
                .containsExactly(tolerating);
        assertThat(PodGarbagePlan.of(List.of(tolerating), Map.of("n", node("True", taint)), 0)
                        .outOfService())
                .isEmpty();
    }
}
