package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pods of a PodGroup that go together, through the API. */
class GangTest extends GroupCase {
    private static final String HELD =
            "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled,"
                    + " one or more plugins asked to wait and no plugin rejected pod";

    @Test
    void aGangThatFitsIsBoundAndItsGroupSaysSo() {
        cluster.node("n1", 4, 8);
        start();
        gang("g", 3);
        members("g", 3, "1").forEach(cluster::nodeOf);
        Condition condition = groupCondition("g", "True");
        assertThat(condition.getReason()).isEqualTo("Scheduled");
        assertThat(condition.getMessage()).isEmpty();
        assertThat(condition.getObservedGeneration())
                .as("generations of groups are not counted")
                .isNull();
    }

    @Test
    void withTooLittleRoomNoPodOfTheGangIsBound() {
        cluster.node("n1", 2, 8);
        start();
        gang("g", 3);
        List<String> pods = members("g", 3, "1");
        List<String> messages = pods.stream().map(this::message).sorted().toList();
        assertThat(messages)
                .containsExactly(
                        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
                        HELD,
                        HELD);
        Condition condition = groupCondition("g", "False");
        assertThat(condition.getReason()).isEqualTo("Unschedulable");
        assertThat(condition.getMessage()).isEqualTo("pod group is unschedulable");
        assertThat(nodes()).isEmpty();
        cluster.create(TestCluster.pod("alone", "2"));
        assertThat(cluster.nodeOf("alone"))
                .as("nothing is held back for the gang")
                .isEqualTo("n1");
        await().untilAsserted(() -> assertThat(events("FailedScheduling")).contains("g-1: " + HELD));

        cluster.node("n2", 2, 8);
        cluster.node("n3", 1, 8);
        pods.forEach(cluster::nodeOf);
        groupCondition("g", "True");
        assertThat(cluster.scheduler.metrics())
                .containsPattern("scheduler_podgroup_schedule_attempts_total\\{[^}]*result=\"unschedulable\"} [1-9]")
                .containsPattern("scheduler_podgroup_schedule_attempts_total\\{[^}]*result=\"scheduled\"} 1")
                .containsPattern("scheduler_podgroup_scheduling_algorithm_duration_seconds_count [1-9]")
                .contains("scheduler_podgroup_scheduling_attempt_duration_seconds_count{");
    }

    @Test
    void podsWaitForTheirGroupAndForEachOther() {
        cluster.node("n1", 8, 8);
        start();
        cluster.create(member("g", "g-a", "1"));
        cluster.create(member("g", "g-b", "1"));
        cluster.create(TestCluster.pod("alone", "1"));
        cluster.nodeOf("alone");
        assertThat(nodes()).containsOnlyKeys("alone");

        gang("g", 3);
        cluster.create(TestCluster.pod("later", "1"));
        cluster.nodeOf("later");
        assertThat(nodes()).as("two of three").containsOnlyKeys("alone", "later");

        cluster.create(member("g", "g-c", "1"));
        Stream.of("g-a", "g-b", "g-c").forEach(cluster::nodeOf);
    }

    @Test
    void aPodThatComesLateJoinsTheOthers() {
        cluster.node("n1", 4, 8);
        start();
        gang("g", 2);
        members("g", 2, "1").forEach(cluster::nodeOf);
        cluster.create(member("g", "late", "1"));
        assertThat(cluster.nodeOf("late")).isEqualTo("n1");
    }

    @Test
    void moreThanTheLeastAreTakenAsFarAsTheyFit() {
        cluster.node("n1", 2, 8);
        start();
        gang("g", 2);
        List<String> pods = members("g", 3, "1");
        await().until(() -> nodes().size() == 2);
        String left = pods.stream()
                .filter(pod -> !nodes().containsKey(pod))
                .findFirst()
                .orElseThrow();
        assertThat(message(left)).startsWith("0/1 nodes are available: 1 Insufficient cpu.");
        assertThat(groupCondition("g", "True").getReason())
                .as("what was scheduled once stays so")
                .isEqualTo("Scheduled");
    }

    @Test
    void twoGangsThatDoNotFitTogetherGoOneAfterTheOther() {
        for (String node : List.of("n1", "n2", "n3", "n4")) cluster.node(node, 1, 8);
        gang("a", 3);
        gang("b", 3);
        for (int i = 0; i < 3; i++) {
            cluster.create(member("a", "a-" + i, "1"));
            cluster.create(member("b", "b-" + i, "1"));
        }
        start();
        await().until(() -> nodes().size() == 3);
        Set<String> bound = groupsOf(nodes());
        assertThat(bound).hasSize(1);
        String first = bound.iterator().next();
        String second = first.equals("a") ? "b" : "a";
        groupCondition(second, "False");
        for (int i = 0; i < 3; i++) {
            delete(first + "-" + i);
        }
        for (int i = 0; i < 3; i++) cluster.nodeOf(second + "-" + i);
    }

    private static Set<String> groupsOf(Map<String, String> nodes) {
        return nodes.keySet().stream().map(pod -> pod.substring(0, 1)).collect(Collectors.toSet());
    }

    @Test
    void aGroupWithTheBasicPolicyGoesPodByPod() {
        cluster.node("n1", 2, 8);
        start();
        group("g", "schedulingPolicy: {basic: {}}");
        List<String> pods = members("g", 3, "1");
        await().until(() -> nodes().size() == 2);
        String left = pods.stream()
                .filter(pod -> !nodes().containsKey(pod))
                .findFirst()
                .orElseThrow();
        assertThat(message(left)).startsWith("0/1 nodes are available: 1 Insufficient cpu.");
    }

    @Test
    void aDeletedPodNoLongerCounts() {
        cluster.node("n1", 1, 8);
        start();
        gang("g", 2);
        members("g", 2, "1").forEach(this::message);
        delete("g-0");
        cluster.node("n2", 4, 8);
        cluster.create(TestCluster.pod("alone", "1"));
        cluster.nodeOf("alone");
        assertThat(nodes()).containsOnlyKeys("alone");
        cluster.create(member("g", "g-2", "1"));
        Stream.of("g-1", "g-2").forEach(cluster::nodeOf);
    }

    @Test
    void podsOfAGroupMustHaveOneScheduler() {
        cluster.node("n1", 4, 8);
        SchedulerConfig.ProfileConfig other =
                new SchedulerConfig.ProfileConfig("other", PluginSelection.DEFAULT, Map.of());
        SchedulerConfig usual = SchedulerConfig.DEFAULTS;
        cluster.start(new SchedulerConfig(
                List.of(SchedulerConfig.ProfileConfig.DEFAULT, other),
                List.of(),
                0,
                usual.podInitialBackoff(),
                usual.podMaxBackoff(),
                usual.podMaxInUnschedulablePods(),
                config().gates()));
        gang("g", 2);
        cluster.create(member("g", "g-a", "1"));
        cluster.create(new PodBuilder(member("g", "g-b", "1").build())
                .editSpec()
                .withSchedulerName("other")
                .endSpec());
        PodCondition condition = cluster.refusal("g-a");
        assertThat(condition.getReason()).isEqualTo("SchedulerError");
        assertThat(condition.getMessage())
                .startsWith("all pods in a single pod group should have the same .spec.schedulerName set, got: \"");
    }

    @Test
    void aMoreImportantGangTakesTheRoomOfOthers() {
        cluster.node("n1", 1, 8);
        cluster.node("n2", 1, 8);
        start();
        for (String name : List.of("low-0", "low-1")) {
            cluster.create(new PodBuilder(TestCluster.pod(name, "1").build())
                    .editSpec()
                    .withTerminationGracePeriodSeconds(0L)
                    .endSpec());
            cluster.nodeOf(name);
        }
        gang("g", 2);
        for (String name : List.of("g-0", "g-1")) {
            cluster.create(new PodBuilder(member("g", name, "1").build())
                    .editSpec()
                    .withPriority(10)
                    .endSpec());
        }
        Stream.of("g-0", "g-1").forEach(cluster::nodeOf);
        assertThat(nodes().keySet()).containsExactlyInAnyOrder("g-0", "g-1");
    }

    @Test
    void membersOfAGangArePreemptedOneByOne() {
        cluster.node("n1", 1, 8);
        cluster.node("n2", 1, 8);
        start();
        gang("g", 2);
        members("g", 2, "1").forEach(cluster::nodeOf);
        cluster.create(new PodBuilder(TestCluster.pod("high", "1").build())
                .editSpec()
                .withPriority(10)
                .endSpec());
        cluster.nodeOf("high");
        assertThat(groupsOf(nodes())).containsExactlyInAnyOrder("g", "h");
    }
}
