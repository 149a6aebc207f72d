package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** PodGroups that make room, and leave, as one, through the API. */
class GroupPreemptionTest extends GroupCase {
    GroupPreemptionTest() {
        super("WorkloadAwarePreemption");
    }

    private void gang(String name, int minCount, int priority, String more) {
        group(name, "schedulingPolicy: {gang: {minCount: %d}}, priority: %d%s".formatted(minCount, priority, more));
    }

    private void placed(PodBuilder pod, String node) {
        cluster.create(new PodBuilder(pod.build()).editSpec().withNodeName(node).endSpec());
    }

    @Test
    void aGroupRemovesWhatIsInItsWayAndNoMore() {
        cluster.node("n1", 2, 8);
        cluster.node("n2", 2, 8);
        placed(alone("low-1", "1", 1), "n1");
        placed(alone("low-2", "1", 1), "n2");
        placed(alone("middle", "1", 5), "n1");
        start();
        gang("g", 3, 10, "");
        members("g", 3, "1").forEach(cluster::nodeOf);
        assertThat(nodes().keySet()).containsExactlyInAnyOrder("middle", "g-0", "g-1", "g-2");
        String group = cluster.client
                .resources(io.k8j.model.group.PodGroup.class)
                .get(new io.k8j.client.ObjectKey("default", "g"))
                .getMetadata()
                .getUid();
        await().untilAsserted(() -> assertThat(events("Preempted"))
                .containsExactlyInAnyOrder(
                        "low-1: Preempted by podgroup " + group + " on node cluster",
                        "low-2: Preempted by podgroup " + group + " on node cluster"));
        groupCondition("g", "True");
    }

    @Test
    void theGroupsPriorityCountsNotThatOfItsPods() {
        cluster.node("n1", 1, 8);
        placed(alone("low", "1", 5), "n1");
        start();
        gang("g", 1, 0, "");
        members("g", 1, "1", 100);
        assertThat(groupCondition("g", "False").getMessage())
                .isEqualTo("pod group is unschedulable, No preemption victims found for incoming preemptor");
        assertThat(message("g-0"))
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not"
                        + " eligible due to workload aware preemption enabled");
        assertThat(nodes()).containsOnlyKeys("low");
    }

    @Test
    void aGroupThatWouldNotFitEvenThenRemovesNobody() {
        cluster.node("n1", 1, 8);
        placed(alone("low", "1", 1), "n1");
        start();
        gang("g", 2, 10, "");
        members("g", 2, "1");
        assertThat(groupCondition("g", "False").getMessage())
                .isEqualTo("pod group is unschedulable, pod group is unschedulable");
        assertThat(nodes()).containsOnlyKeys("low");
        cluster.create(TestCluster.pod("small", "0"));
        cluster.nodeOf("small");
        assertThat(nodes()).containsOnlyKeys("low", "small");
    }

    @Test
    void aGroupLeavesAsOneIfItAsksForThat() {
        cluster.node("n1", 2, 8);
        cluster.node("n2", 1, 8);
        gang("whole", 2, 1, ", disruptionMode: PodGroup");
        gang("parts", 1, 2, "");
        placed(member("whole", "whole-1", "1"), "n1");
        placed(member("whole", "whole-2", "1"), "n2");
        placed(member("parts", "parts-1", "1", 2), "n1");
        start();
        gang("g", 1, 10, "");
        members("g", 1, "1").forEach(cluster::nodeOf);
        await().until(() -> nodes().keySet().equals(java.util.Set.of("parts-1", "g-0")));
    }

    @Test
    void neverMeansNever() {
        cluster.node("n1", 1, 8);
        placed(alone("low", "1", 1), "n1");
        start();
        gang("g", 1, 10, "");
        cluster.create(new PodBuilder(member("g", "g-0", "1").build())
                .editSpec()
                .withPreemptionPolicy("Never")
                .endSpec());
        assertThat(groupCondition("g", "False").getMessage())
                .isEqualTo("pod group is unschedulable, not eligible due to preemptionPolicy=Never.");
        assertThat(nodes()).containsOnlyKeys("low");
    }

    @Test
    void aVictimIsToldForWhom() {
        cluster.node("n1", 1, 8);
        placed(
                new PodBuilder(alone("low", "1", 1).build())
                        .editMetadata()
                        .withFinalizers("example.com/stay")
                        .endMetadata(),
                "n1");
        start();
        gang("g", 1, 10, "");
        members("g", 1, "1");
        await().untilAsserted(() -> {
            Pod low = cluster.get("low");
            assertThat(low.getMetadata().getDeletionTimestamp()).isNotNull();
            assertThat(low.getStatus().getConditions())
                    .anySatisfy(condition -> assertThat(
                                    List.of(condition.getType(), condition.getReason(), condition.getMessage()))
                            .containsExactly(
                                    "DisruptionTarget",
                                    "PreemptionByScheduler",
                                    "default-scheduler: preempting to accommodate a higher priority podgroup"));
        });
    }

    @Test
    void aPodStillRemovesMembersOneByOne() {
        cluster.node("n1", 1, 8);
        cluster.node("n2", 1, 8);
        start();
        gang("g", 2, 0, ", disruptionMode: PodGroup");
        members("g", 2, "1").forEach(cluster::nodeOf);
        cluster.create(alone("high", "1", 10));
        cluster.nodeOf("high");
        Map<String, String> left = nodes();
        assertThat(Stream.of("g-0", "g-1").filter(left::containsKey)).hasSize(1);
    }
}
