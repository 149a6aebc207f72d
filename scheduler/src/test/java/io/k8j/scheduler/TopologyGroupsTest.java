package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PodGroups that stay in one domain of a topology, through the API. */
class TopologyGroupsTest extends GroupCase {
    TopologyGroupsTest() {
        super("TopologyAwareWorkloadScheduling");
    }

    private void node(String name, String rack, int cpus) {
        cluster.node(
                name,
                cpus,
                8,
                node -> node.editMetadata().addToLabels("rack", rack).endMetadata());
    }

    private void racked(String name, int minCount) {
        group(
                name,
                "schedulingPolicy: {gang: {minCount: %d}}, schedulingConstraints: {topology: [{key: rack}]}"
                        .formatted(minCount));
    }

    private Set<String> racks(String group) {
        Map<String, String> nodes = nodes();
        nodes.keySet().removeIf(pod -> !pod.startsWith(group + "-"));
        return Set.copyOf(
                nodes.values().stream().map(node -> node.substring(0, 1)).toList());
    }

    @Test
    void aGangGoesWhereAllOfItFits() {
        node("a1", "a", 2);
        node("b1", "b", 2);
        node("b2", "b", 2);
        node("c1", "c", 1);
        node("c2", "c", 2);
        cluster.node("loose", 16, 64);
        start();
        racked("g", 4);
        members("g", 4, "1").forEach(cluster::nodeOf);
        assertThat(racks("g")).containsExactly("b");
        groupCondition("g", "True");
    }

    @Test
    void lateComersJoinTheOthersInTheirDomain() {
        node("a1", "a", 3);
        node("b1", "b", 3);
        start();
        racked("g", 2);
        members("g", 2, "1").forEach(cluster::nodeOf);
        String where = cluster.nodeOf("g-0");
        cluster.create(member("g", "g-late", "1"));
        assertThat(cluster.nodeOf("g-late")).isEqualTo(where);
    }

    @Test
    void withoutADomainThatIsLargeEnoughNoneIsTaken() {
        node("a1", "a", 2);
        node("b1", "b", 2);
        start();
        racked("g", 3);
        List<String> pods = members("g", 3, "1");
        assertThat(groupCondition("g", "False").getMessage())
                .isEqualTo("0/2 placements are available, first placement status: pod group is unschedulable");
        assertThat(pods.stream().map(this::message).sorted().toList())
                .containsExactly(
                        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible"
                                + " due to placement-based pod group scheduling limitation",
                        "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled, one or more"
                                + " plugins asked to wait and no plugin rejected pod",
                        "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled, one or more"
                                + " plugins asked to wait and no plugin rejected pod");
        node("b2", "b", 1);
        pods.forEach(cluster::nodeOf);
        assertThat(racks("g")).containsExactly("b");
    }

    @Test
    void nodesWithoutTheLabelAreNoPlacement() {
        cluster.node("loose", 16, 64);
        start();
        racked("g", 1);
        members("g", 1, "1");
        assertThat(message("g-0")).isEqualTo("no feasible placements found");
        assertThat(groupCondition("g", "False").getMessage()).isEqualTo("no feasible placements found");
        node("a1", "a", 1);
        assertThat(cluster.nodeOf("g-0")).isEqualTo("a1");
    }

    @Test
    void theFullestDomainIsPreferredAndTheOneThatTakesMore() {
        node("a1", "a", 8);
        node("b1", "b", 4);
        start();
        racked("g", 2);
        members("g", 2, "1").forEach(cluster::nodeOf);
        assertThat(racks("g")).as("half full, not a quarter").containsExactly("b");
        cluster.create(
                TestCluster.pod("filler", "1").editSpec().withNodeName("a1").endSpec());
        List<String> five = members("h", 5, "1");
        racked("h", 2);
        five.forEach(cluster::nodeOf);
        assertThat(racks("h")).as("five Pods, not two").containsExactly("a");
    }

    @Test
    void membersInTwoDomainsAreAFault() {
        node("a1", "a", 2);
        node("b1", "b", 2);
        racked("g", 1);
        for (String node : List.of("a1", "b1")) {
            cluster.create(new PodBuilder(member("g", "g-" + node, "1").build())
                    .editSpec()
                    .withNodeName(node)
                    .endSpec());
        }
        start();
        cluster.create(member("g", "g-late", "1"));
        assertThat(message("g-late"))
                .startsWith(
                        "cannot determine domain for already scheduled pods: more than 1 domain found for pod group: ");
        assertThat(groupCondition("g", "False").getReason()).isEqualTo("SchedulerError");
        assertThat(cluster.client
                        .resources(io.fabric8.kubernetes.api.model.Pod.class)
                        .get(new ObjectKey("default", "g-late"))
                        .getSpec()
                        .getNodeName())
                .isNull();
    }
}
