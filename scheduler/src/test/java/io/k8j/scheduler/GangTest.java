package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pods of a PodGroup that go together, through the API. */
class GangTest {
    private static final Map<String, String> GATES = Map.of("GenericWorkload", "true", "GangScheduling", "true");
    private static final ServedApis APIS = ServedApis.of(GATES, Map.of("scheduling.k8s.io/v1alpha2", "true"));

    private final TestCluster cluster = new TestCluster(APIS);

    @AfterEach
    void close() {
        cluster.close();
    }

    private void start() {
        cluster.start(SchedulerConfig.DEFAULTS.withGates(APIS.gates()));
    }

    private void group(String name, String policy) {
        cluster.client.resources(PodGroup.class).submit("default", Trees.asMap((Map<?, ?>)
                Yaml.parse("""
                        apiVersion: scheduling.k8s.io/v1alpha2
                        kind: PodGroup
                        metadata: {name: %s, namespace: default}
                        spec: {schedulingPolicy: {%s}}
                        """.formatted(name, policy))));
    }

    private void gang(String name, int minCount) {
        group(name, "gang: {minCount: %d}".formatted(minCount));
    }

    private static PodBuilder member(String group, String name, String cpu) {
        return new PodBuilder(TestCluster.pod(name, cpu).build())
                .editSpec()
                .withTerminationGracePeriodSeconds(0L)
                .withNewSchedulingGroup()
                .withPodGroupName(group)
                .endSchedulingGroup()
                .endSpec();
    }

    private List<String> members(String group, int count, String cpu) {
        return IntStream.range(0, count)
                .mapToObj(i -> cluster.create(member(group, group + "-" + i, cpu))
                        .getMetadata()
                        .getName())
                .toList();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5));
    }

    private Condition groupCondition(String group, String status) {
        return await().until(
                        () -> cluster.client
                                .resources(PodGroup.class)
                                .get(new ObjectKey("default", group))
                                .condition("PodGroupScheduled"),
                        condition -> condition != null && condition.getStatus().equals(status));
    }

    private Map<String, String> nodes() {
        return cluster.pods().list(ListOptions.ALL).stream()
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getName(), pod -> pod.getSpec().getNodeName()));
    }

    private String message(String pod) {
        return cluster.refusal(pod).getMessage();
    }

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
                        "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled",
                        "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled");
        Condition condition = groupCondition("g", "False");
        assertThat(condition.getReason()).isEqualTo("Unschedulable");
        assertThat(condition.getMessage()).isEqualTo("pod group is unschedulable");
        assertThat(nodes()).isEmpty();
        cluster.create(TestCluster.pod("alone", "2"));
        assertThat(cluster.nodeOf("alone"))
                .as("nothing is held back for the gang")
                .isEqualTo("n1");
        await().untilAsserted(() -> assertThat(
                        cluster.client.resources(Event.class).list(ListOptions.ALL))
                .anySatisfy(event -> {
                    assertThat(event.getReason()).isEqualTo("FailedScheduling");
                    assertThat(event.getMessage())
                            .isEqualTo(
                                    "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled");
                }));

        cluster.node("n2", 2, 8);
        cluster.node("n3", 1, 8);
        pods.forEach(cluster::nodeOf);
        groupCondition("g", "True");
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
            cluster.pods().delete(new ObjectKey("default", first + "-" + i), DeleteOptions.DEFAULT);
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
        group("g", "basic: {}");
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
        cluster.pods().delete(new ObjectKey("default", "g-0"), DeleteOptions.DEFAULT);
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
                APIS.gates()));
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
