package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.k8j.client.ListOptions;
import io.k8j.scheduler.cases.CaseObjects;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which node a Pod takes by driving others away, and whom it drives away, in the situations of upstream's tests. */
class PreemptionCasesTest {
    private static final List<String> TWO = List.of("node1", "node2");
    private static final List<String> THREE = List.of("node1", "node2", "node3");

    /**
     * One case. Nodes have 500m and 3000 bytes, or what they say.
     *
     * @param pods those that are there: name, node, request and priority in short form
     * @param budgets {@code label=value:disruptions that are allowed}
     * @param pod the one that comes, of priority 100 if it does not say
     * @param victims those that must go, without their numbers
     */
    private record Case(
            String name,
            List<String> nodes,
            List<String> pods,
            List<String> budgets,
            String pod,
            String node,
            Set<String> victims) {
        Case(String name, List<String> nodes, List<String> pods, String pod, String node, String... victims) {
            this(name, nodes, pods, List.of(), pod, node, Set.of(victims));
        }

        Case guarded(String... by) {
            return new Case(name, nodes, pods, List.of(by), pod, node, victims);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static String large(String pod) {
        return pod + " cpu:300m memory:1500";
    }

    private static String medium(String pod) {
        return pod + " cpu:200m memory:1000";
    }

    private static String small(String pod) {
        return pod + " cpu:100m memory:500";
    }

    private static String whole(String pod) {
        return pod + " cpu:500m memory:3000";
    }

    static Stream<Case> cases() {
        return Stream.of(choice(), order(), budgets()).flatMap(one -> one);
    }

    /** Which node. */
    private static Stream<Case> choice() {
        return Stream.of(
                new Case(
                        "it fits without driving anybody away",
                        TWO,
                        List.of(small("a@node1 priority:10"), whole("b@node2 priority:10")),
                        large("p"),
                        "node1"),
                new Case(
                        "only one node has Pods of lower priority",
                        TWO,
                        List.of(whole("a@node1 priority:100"), whole("b@node2 priority:0")),
                        large("p"),
                        "node2",
                        "b"),
                new Case(
                        "the lowest of the highest priorities",
                        THREE,
                        List.of(
                                medium("a@node1 priority:50"),
                                large("b@node1 priority:50"),
                                medium("c@node2 priority:50"),
                                large("d@node2 priority:0"),
                                medium("e@node3 priority:0"),
                                large("f@node3 priority:0")),
                        whole("p"),
                        "node3",
                        "e",
                        "f"),
                new Case(
                        "the lowest sum of priorities",
                        THREE,
                        List.of(
                                medium("a@node1 priority:50"),
                                large("b@node1 priority:50"),
                                medium("c@node2 priority:50"),
                                large("d@node2 priority:0"),
                                medium("e@node3 priority:50"),
                                large("f@node3 priority:50")),
                        whole("p"),
                        "node2",
                        "c",
                        "d"),
                new Case(
                        "the fewest Pods",
                        THREE,
                        List.of(
                                small("a@node1 priority:50"),
                                small("b@node1 priority:-100"),
                                small("c@node1 priority:50"),
                                medium("d@node1 priority:-100"),
                                small("e@node2 priority:50"),
                                large("f@node2 priority:-100"),
                                small("g@node3 priority:50"),
                                medium("h@node3 priority:-100"),
                                medium("i@node3 priority:0")),
                        whole("p"),
                        "node2",
                        "e",
                        "f"),
                new Case(
                        "those that have run the shortest",
                        THREE,
                        List.of(
                                medium("a@node1 priority:50 started(2026-01-01T00:00:02Z)"),
                                large("b@node1 priority:50 started(2026-01-01T00:00:02Z)"),
                                medium("c@node2 priority:50 started(2026-01-01T00:00:03Z)"),
                                large("d@node2 priority:50 started(2026-01-01T00:00:03Z)"),
                                medium("e@node3 priority:50 started(2026-01-01T00:00:01Z)"),
                                large("f@node3 priority:50 started(2026-01-01T00:00:01Z)")),
                        whole("p"),
                        "node2",
                        "c",
                        "d"),
                new Case(
                        "the first of the highest priority counts, however long others run",
                        THREE,
                        List.of(
                                medium("a@node1 priority:50 started(2026-01-01T00:00:04Z)"),
                                large("b@node1 priority:0 started(2026-01-01T00:00:01Z)"),
                                medium("c@node2 priority:50 started(2026-01-01T00:00:02Z)"),
                                large("d@node2 priority:0 started(2026-01-01T00:00:08Z)"),
                                medium("e@node3 priority:50 started(2026-01-01T00:00:03Z)"),
                                large("f@node3 priority:0 started(2026-01-01T00:00:08Z)")),
                        whole("p"),
                        "node1",
                        "a",
                        "b"));
    }

    /** Which Pods of a node. */
    private static Stream<Case> order() {
        return Stream.of(
                new Case(
                        "those of lower priority go first",
                        List.of("node1"),
                        List.of(
                                small("a@node1 priority:50"),
                                small("b@node1 priority:0"),
                                large("c@node1 priority:10")),
                        small("p"),
                        "node1",
                        "b"),
                new Case(
                        "a higher one goes if only it makes enough room",
                        List.of("node1"),
                        List.of(small("a@node1 priority:0"), large("b@node1 priority:50")),
                        large("p"),
                        "node1",
                        "b"),
                new Case(
                        "of equals those go that have run shorter",
                        List.of("node1"),
                        List.of(
                                medium("a@node1 priority:10 started(2026-01-01T00:00:01Z)"),
                                large("b@node1 priority:10 started(2026-01-01T00:00:02Z)")),
                        medium("p"),
                        "node1",
                        "b"),
                new Case(
                        "those that keep it off go, though there is room",
                        List.of("node1 zone=a", "node2 zone=b"),
                        List.of(
                                small("a@node1 priority:0 away(zone: pod Exists)"),
                                small("b@node2 priority:100 away(zone: pod Exists)")),
                        small("p pod="),
                        "node1",
                        "a"),
                new Case(
                        "those go that make the spread uneven",
                        List.of("node1 zone=a host=1", "node2 zone=a host=2", "node3 zone=b host=3"),
                        List.of(
                                small("a@node1 priority:0 foo="),
                                small("b@node2 priority:101 foo="),
                                small("c@node3 priority:101 foo=")),
                        "p cpu:500m memory:500 foo= spread(1 zone hard: foo Exists)",
                        "node1",
                        "a"),
                new Case(
                        "ports are made free",
                        List.of("node1"),
                        List.of(small("a@node1 priority:0 port(80)"), small("b@node1 priority:0")),
                        small("p port(80)"),
                        "node1",
                        "a"));
    }

    private static Stream<Case> budgets() {
        return Stream.of(
                new Case(
                                "the fewest that a budget protects",
                                TWO,
                                List.of(whole("a@node1 priority:0 guarded=yes"), whole("b@node2 priority:50")),
                                whole("p"),
                                "node2",
                                "b")
                        .guarded("guarded=yes:0"),
                new Case(
                                "a budget allows one",
                                TWO,
                                List.of(
                                        medium("a@node1 priority:0 guarded=yes"),
                                        large("b@node1 priority:0 guarded=yes"),
                                        medium("c@node2 priority:10 guarded=yes"),
                                        large("d@node2 priority:10")),
                                whole("p"),
                                "node2",
                                "c",
                                "d")
                        .guarded("guarded=yes:1"),
                new Case(
                                "of a node's Pods the protected ones stay if others will do",
                                List.of("node1"),
                                List.of(
                                        medium("a@node1 priority:0 guarded=yes"),
                                        medium("b@node1 priority:50"),
                                        small("c@node1 priority:0")),
                                medium("p"),
                                "node1",
                                "b")
                        .guarded("guarded=yes:0"),
                new Case(
                                "two budgets for one Pod: the stricter holds",
                                TWO,
                                List.of(whole("a@node1 priority:0 x=1 y=1"), whole("b@node2 priority:50 x=1")),
                                whole("p"),
                                "node2",
                                "b")
                        .guarded("x=1:5", "y=1:0"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void drivesAwayWhomUpstreamWould(Case c) {
        try (TestCluster cluster = new TestCluster()) {
            for (String node : c.nodes()) {
                cluster.client.resources(Node.class).create(withRoom(CaseObjects.node(node)));
            }
            int number = 0;
            for (String pod : c.pods()) {
                put(cluster, CaseObjects.pod(pod, number++));
            }
            for (int i = 0; i < c.budgets().size(); i++) {
                budget(cluster, "b" + i, c.budgets().get(i));
            }
            cluster.start();
            Pod coming = CaseObjects.pod(c.pod(), 0);
            coming.getSpec().setPriority(100);
            put(cluster, coming);

            assertThat(cluster.nodeOf("p-0")).isEqualTo(c.node());
            Set<String> gone = new TreeSet<>();
            for (int i = 0; i < c.pods().size(); i++) {
                gone.add(c.pods().get(i).substring(0, c.pods().get(i).indexOf('@')));
            }
            cluster.pods()
                    .list(ListOptions.ALL)
                    .forEach(pod -> gone.remove(pod.getMetadata().getName().replaceAll("-\\d+$", "")));
            assertThat(gone).containsExactlyInAnyOrderElementsOf(c.victims());
        }
    }

    private static Node withRoom(Node node) {
        return new NodeBuilder(node)
                .editStatus()
                .addToAllocatable("cpu", new Quantity("500m"))
                .addToAllocatable("memory", new Quantity("3000"))
                .addToAllocatable("pods", new Quantity("110"))
                .endStatus()
                .build();
    }

    /** The API server wants more of a Pod than the scheduler. */
    private static void put(TestCluster cluster, Pod pod) {
        Pod created = cluster.pods()
                .create(new PodBuilder(pod)
                        .editMetadata()
                        .withUid(null)
                        .endMetadata()
                        .editSpec()
                        .withTerminationGracePeriodSeconds(0L)
                        .editFirstContainer()
                        .withImage("busybox")
                        .endContainer()
                        .endSpec()
                        .build());
        if (pod.getStatus().getStartTime() != null) {
            cluster.pods()
                    .updateStatus(new PodBuilder(created)
                            .editStatus()
                            .withStartTime(pod.getStatus().getStartTime())
                            .endStatus()
                            .build());
        }
    }

    private static void budget(TestCluster cluster, String name, String text) {
        String label = text.substring(0, text.indexOf(':'));
        PodDisruptionBudget budget = cluster.client
                .resources(PodDisruptionBudget.class)
                .create(new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withNewSelector()
                        .addToMatchLabels(label.split("=")[0], label.split("=")[1])
                        .endSelector()
                        .endSpec()
                        .build());
        cluster.client
                .resources(PodDisruptionBudget.class)
                .updateStatus(new PodDisruptionBudgetBuilder(budget)
                        .withNewStatus()
                        .withDisruptionsAllowed(Integer.valueOf(text.substring(text.indexOf(':') + 1)))
                        .withCurrentHealthy(1)
                        .withDesiredHealthy(1)
                        .withExpectedPods(1)
                        .endStatus()
                        .build());
    }
}
