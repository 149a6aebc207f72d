package io.k8j.kubelet.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.k8j.client.ListOptions;
import io.k8j.kubelet.testing.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node tells of itself in events. */
class NodeNewsTest {
    @TempDir
    Path dir;

    private static NodeCondition condition(String type, String status) {
        return new NodeConditionBuilder().withType(type).withStatus(status).build();
    }

    @Test
    void onlyChangesAreTold() {
        List<NodeCondition> well = List.of(condition("MemoryPressure", "False"), condition("DiskPressure", "False"));
        List<NodeCondition> full = List.of(condition("MemoryPressure", "False"), condition("DiskPressure", "True"));
        assertThat(NodeNews.words(List.of(), well)).containsExactly("NodeHasSufficientMemory", "NodeHasNoDiskPressure");
        assertThat(NodeNews.words(well, well)).isEmpty();
        assertThat(NodeNews.words(well, full)).containsExactly("NodeHasDiskPressure");
        assertThat(NodeNews.words(full, well)).containsExactly("NodeHasNoDiskPressure");
    }

    @Test
    void aNewNodeTellsAsUpstreamsDoes() throws Exception {
        try (TestNode node = TestNode.simulated(dir)) {
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(node.api().resources(Event.class).list(ListOptions.ALL))
                                    .filteredOn(event ->
                                            event.getInvolvedObject().getKind().equals("Node"))
                                    .extracting(Event::getMessage)
                                    .containsExactlyInAnyOrder(
                                            "Starting kubelet.",
                                            "Node node-1 status is now: NodeHasSufficientMemory",
                                            "Node node-1 status is now: NodeHasNoDiskPressure",
                                            "Node node-1 status is now: NodeHasSufficientPID",
                                            "Node node-1 status is now: NodeReady"));
        }
    }
}
