package io.k8j.controllers.nodelifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeHealthTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration GRACE = Duration.ofSeconds(50);

    private static Node node(String ready, String heartbeat) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("n")
                .withCreationTimestamp("2025-12-31T00:00:00Z")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .withLastHeartbeatTime(heartbeat)
                .endCondition()
                .endStatus()
                .build();
    }

    @Test
    void aNodeIsSilentWhenItsSignDoesNotChangeForTheGracePeriod() {
        Node node = node("True", "2020-01-01T00:00:00Z"); // its clock is wrong, which does not matter
        NodeHealth.Observation first = NodeHealth.observe(Optional.empty(), node, Optional.empty(), NOW);
        assertThat(NodeHealth.isSilent(first, node, GRACE, NOW.plusSeconds(50))).isFalse();
        NodeHealth.Observation same =
                NodeHealth.observe(Optional.of(first), node, Optional.empty(), NOW.plusSeconds(40));
        assertThat(NodeHealth.isSilent(same, node, GRACE, NOW.plusSeconds(51))).isTrue();
        NodeHealth.Observation alive = NodeHealth.observe(
                Optional.of(first), node("True", "2020-01-01T00:00:10Z"), Optional.empty(), NOW.plusSeconds(40));
        assertThat(NodeHealth.isSilent(alive, node, GRACE, NOW.plusSeconds(51))).isFalse();
    }

    @Test
    void aSilentNodesConditionsBecomeUnknownOnce() {
        Node unknown =
                NodeHealth.unknown(node("True", "2020-01-01T00:00:00Z"), NOW).orElseThrow();
        assertThat(unknown.getStatus().getConditions())
                .extracting(c -> c.getType() + " " + c.getStatus() + " " + c.getReason())
                .containsExactly(
                        "Ready Unknown NodeStatusUnknown",
                        "MemoryPressure Unknown NodeStatusNeverUpdated",
                        "DiskPressure Unknown NodeStatusNeverUpdated",
                        "PIDPressure Unknown NodeStatusNeverUpdated");
        assertThat(NodeHealth.unknown(unknown, NOW)).isEmpty();
    }

    @Test
    void taintsFollowTheReadyCondition() {
        List<Taint> notReady = NodeTaints.wanted(node("False", "x"), false, NOW);
        assertThat(notReady)
                .extracting(t -> t.getKey() + ":" + t.getEffect())
                .containsExactly("node.kubernetes.io/not-ready:NoSchedule");
        Node tainted = node("Unknown", "x").toBuilder()
                .editSpec()
                .withTaints(NodeTaints.wanted(node("False", "x"), true, NOW))
                .endSpec()
                .build();
        assertThat(NodeTaints.wanted(tainted, false, NOW))
                .extracting(t -> t.getKey() + ":" + t.getEffect())
                .containsExactly(
                        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute");
        assertThat(NodeTaints.wanted(
                        tainted.toBuilder()
                                .withStatus(node("True", "x").getStatus())
                                .build(),
                        false,
                        NOW))
                .isEmpty();
    }

    @Test
    void nobodyIsEvictedWhenAllZonesAreDown() {
        ZoneLimits limits = new ZoneLimits();
        assertThat(limits.take("z", NOW)).isFalse();
        limits.count(Map.of("z", new ZoneLimits.Census(0, 1)));
        assertThat(limits.take("z", NOW)).isFalse();
        limits.count(Map.of("z", new ZoneLimits.Census(3, 1)));
        assertThat(limits.take("z", NOW)).isTrue();
        assertThat(limits.take("z", NOW.plusSeconds(5))).isFalse();
        assertThat(limits.take("z", NOW.plusSeconds(12))).isTrue();
    }
}
