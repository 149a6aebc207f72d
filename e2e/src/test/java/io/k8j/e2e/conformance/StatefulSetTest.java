package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** StatefulSets. Whether their Pods are healthy is decided by the tests: by a readiness gate. */
class StatefulSetTest extends WorkloadCase {
    private static final String GATE = "readinessGates: [{conditionType: example.com/healthy}], ";

    private String sets() {
        return apis("apps/v1", "statefulsets");
    }

    private String set() {
        return sets() + "/ss";
    }

    private void create(int replicas, String more, String podSpec) {
        api.post(
                        core("services"),
                        "{metadata: {name: test}, spec: {clusterIP: None, selector: {foo: bar}, ports: [{port: 80}]}}")
                .ok();
        api.post(
                        sets(),
                        "{metadata: {name: ss, labels: {e2e: %s}}, spec: {serviceName: test, replicas: %d, selector: {matchLabels: {foo: bar}}, %s template: {metadata: {labels: {foo: bar}}, spec: {terminationGracePeriodSeconds: 0, %s%s}}}}"
                                .formatted(
                                        namespace,
                                        replicas,
                                        more.isEmpty() ? "" : more + ", ",
                                        podSpec,
                                        Pods.container("")))
                .ok();
    }

    private void scale(int replicas) {
        api.merge(set(), "{spec: {replicas: %d}}".formatted(replicas)).ok();
    }

    private String pod(int ordinal) {
        return core("pods/ss-" + ordinal);
    }

    private void health(int ordinal, boolean healthy) {
        setHealth(ordinal, healthy);
        until("the kubelet has seen it", () -> ready(api.get(pod(ordinal)).body()) == healthy);
    }

    private void setHealth(int ordinal, boolean healthy) {
        until("ss-" + ordinal + " exists", () -> api.get(pod(ordinal)).code() == 200);
        api.patch(
                        pod(ordinal) + "/status",
                        Api.STRATEGIC,
                        "{status: {conditions: [{type: example.com/healthy, status: '%s'}]}}"
                                .formatted(healthy ? "True" : "False"))
                .ok();
    }

    /** Waits until the controller has looked at the newest spec. */
    private Answer observed() {
        eventually(() -> {
            Answer now = api.get(set()).ok();
            assertThat(now.number("status", "observedGeneration")).isEqualTo(now.number("metadata", "generation"));
        });
        return api.get(set()).ok();
    }

    private void awaitNames(String... names) {
        eventually(() ->
                assertThat(livePods("foo=bar").stream().map(WorkloadCase::name)).containsExactlyInAnyOrder(names));
    }

    @Test
    @Conformance("apps/StatefulSet/2")
    void scalingGoesInOrderAndStopsAtTheUnhealthy() {
        create(1, "", GATE);
        health(0, true);
        health(0, false);
        until("the controller knows", () -> api.get(set()).number("status", "readyReplicas") == 0);
        try (Watching watching = api.watch(core("pods") + "?labelSelector=foo%3Dbar")) {
            watching.next("ADDED", "ss-0");
            scale(3);
            observed();
            assertThat(livePods("foo=bar")).hasSize(1);
            health(0, true);
            assertThat(watching.next("ADDED", e -> true).name()).isEqualTo("ss-1");
            assertThat(livePods("foo=bar")).as("ss-1 is not healthy yet").hasSize(2);
            health(1, true);
            assertThat(watching.next("ADDED", e -> true).name()).isEqualTo("ss-2");
            health(2, true);
            until("all are ready", () -> api.get(set()).number("status", "readyReplicas") == 3);
            for (int i = 0; i < 3; i++) health(i, false);
            until("the controller knows", () -> api.get(set()).number("status", "readyReplicas") == 0);
            scale(0);
            observed();
            assertThat(livePods("foo=bar")).hasSize(3);
            // The first unhealthy one may go in any case, and it is ss-2 then.
            health(0, true);
            setHealth(1, true); // it may be gone before anybody sees it ready
            for (String name : List.of("ss-2", "ss-1", "ss-0")) {
                assertThat(watching.next("DELETED", e -> true).name()).isEqualTo(name);
            }
        }
    }

    @Test
    @Conformance("apps/StatefulSet/1")
    void burstScalingDoesNotWaitForTheUnhealthy() {
        create(1, "podManagementPolicy: Parallel", GATE);
        health(0, true);
        health(0, false);
        scale(3);
        awaitNames("ss-0", "ss-1", "ss-2");
        for (int i = 0; i < 3; i++) health(i, true);
        until("all are ready", () -> api.get(set()).number("status", "readyReplicas") == 3);
        health(1, false);
        scale(0);
        until("all are gone", () -> pods("foo=bar").isEmpty());
    }

    @Test
    @Conformance("apps/StatefulSet/3")
    void podsThatTheirNodeRefusesAreMadeAnewUntilOneRuns() {
        String node = cluster.nodes().getFirst().name();
        String port = ", ports: [{containerPort: 21017, hostPort: 21017, protocol: TCP, name: conflict}]";
        String occupant = "containers: [{name: c, image: '%s'%s}]".formatted(Pods.IMAGE, port);
        api.post(
                        core("pods"),
                        "{metadata: {name: occupant}, spec: {terminationGracePeriodSeconds: 0, nodeName: '%s', %s}}"
                                .formatted(node, occupant))
                .ok();
        until("it runs", () -> "Running".equals(api.get(core("pods/occupant")).at("status", "phase")));
        try (Watching watching = api.watch(core("pods") + "?labelSelector=foo%3Dbar")) {
            api.post(
                            sets(),
                            "{metadata: {name: ss}, spec: {serviceName: test, replicas: 1, selector: {matchLabels: {foo: bar}}, template: {metadata: {labels: {foo: bar}}, spec: {terminationGracePeriodSeconds: 0, nodeName: '%s', %s}}}}"
                                    .formatted(node, occupant))
                    .ok();
            var failed = watching.next(
                    "MODIFIED", event -> "Failed".equals(Trees.string(event.object(), "status", "phase")));
            assertThat(Trees.string(failed.object(), "status", "reason")).isEqualTo("NodePorts");
            assertThat(Trees.string(failed.object(), "status", "message"))
                    .isEqualTo("Pod was rejected: Predicate NodePorts failed: "
                            + "node(s) didn't have free ports for the requested pod ports");
            watching.next("DELETED", event -> uid(event.object()).equals(uid(failed.object())));
            watching.next("ADDED", event -> !uid(event.object()).equals(uid(failed.object())));
        }
        api.delete(core("pods/occupant")).ok();
        awaitReady("foo=bar", 1);
    }

    @Test
    @Conformance("apps/StatefulSet/4")
    void theScaleIsReadAndUpdated() {
        create(1, "", "");
        awaitReady("foo=bar", 1);
        Answer scale = api.get(set() + "/scale").ok();
        assertThat(scale.number("spec", "replicas")).isEqualTo(1);
        Map<String, Object> tree = scale.copy();
        Trees.remove(tree, "metadata", "resourceVersion");
        Trees.set(tree, 2L, "spec", "replicas");
        assertThat(api.put(set() + "/scale", tree).ok().number("spec", "replicas"))
                .isEqualTo(2);
        assertThat(api.get(set()).number("spec", "replicas")).isEqualTo(2);
        assertThat(api.merge(set() + "/scale", "{spec: {replicas: 4}}").ok().number("spec", "replicas"))
                .isEqualTo(4);
        assertThat(api.get(set()).number("spec", "replicas")).isEqualTo(4);
    }

    @Test
    @Conformance("apps/StatefulSet/5")
    void setsAreListedPatchedAndDeletedTogether() {
        create(1, "", "");
        awaitReady("foo=bar", 1);
        api.patch(
                        set(),
                        Api.STRATEGIC,
                        "{metadata: {labels: {test-ss: patched}}, spec: {replicas: 2, template: {spec: {containers: [{name: c, image: 'example.test/other:1'}]}}}}")
                .ok();
        Answer patched = api.get(set()).ok();
        assertThat(patched.number("spec", "replicas")).isEqualTo(2);
        assertThat(patched.items("spec", "template", "spec", "containers").getFirst())
                .containsEntry("image", "example.test/other:1");
        awaitReady("foo=bar", 2);
        listedAndDeletedTogether(sets(), "/apis/apps/v1/statefulsets", "e2e=" + namespace, 1);
    }

    @Test
    @Conformance("apps/StatefulSet/8")
    void theStatusIsReadUpdatedAndPatched() {
        create(1, "", "");
        awaitReady("foo=bar", 1);
        statusIsReadUpdatedAndPatched(sets(), "ss");
    }

    private void image(String image) {
        api.patch(
                        set(),
                        Api.STRATEGIC,
                        "{spec: {template: {spec: {containers: [{name: c, image: '%s'}]}}}}".formatted(image))
                .ok();
    }

    private static String revision(Map<String, Object> pod) {
        return Trees.string(pod, "metadata", "labels", "controller-revision-hash");
    }

    private static String image(Map<String, Object> pod) {
        return Trees.string(Trees.list(pod, "spec", "containers").getFirst(), "image");
    }

    /** Waits until the three Pods are ready and have these images, by ordinal. */
    private void awaitImages(String... images) {
        eventually(() -> {
            for (int i = 0; i < images.length; i++) {
                Map<String, Object> pod = api.get(pod(i)).ok().body();
                assertThat(image(pod)).as("ss-" + i).isEqualTo(images[i]);
                assertThat(ready(pod)).as("ss-" + i + " is ready").isTrue();
            }
        });
    }

    @Test
    @Conformance("apps/StatefulSet/7")
    void updatesGoOneByOneAndBack() {
        create(3, "", "");
        awaitReady("foo=bar", 3);
        eventually(() -> assertThat(api.get(set()).at("status", "currentRevision"))
                .isEqualTo(api.get(set()).at("status", "updateRevision")));
        String first = api.get(set()).at("status", "currentRevision");
        assertThat(livePods("foo=bar"))
                .allSatisfy(pod -> assertThat(revision(pod)).isEqualTo(first));
        try (Watching watching = api.watch(core("pods") + "?labelSelector=foo%3Dbar")) {
            image("example.test/other:1");
            eventually(() ->
                    assertThat(api.get(set()).at("status", "updateRevision")).isNotEqualTo(first));
            for (String name : List.of("ss-2", "ss-1", "ss-0")) {
                assertThat(watching.next("DELETED", e -> true).name()).isEqualTo(name);
            }
        }
        awaitImages("example.test/other:1", "example.test/other:1", "example.test/other:1");
        until("the update is complete", () -> {
            Answer now = api.get(set());
            return now.at("status", "currentRevision").equals(now.at("status", "updateRevision"));
        });
        String second = api.get(set()).at("status", "currentRevision");
        assertThat(livePods("foo=bar"))
                .allSatisfy(pod -> assertThat(revision(pod)).isEqualTo(second));
        image(Pods.IMAGE);
        eventually(() -> assertThat(api.get(set()).at("status", "updateRevision"))
                .as("an earlier template has its old revision")
                .isEqualTo(first));
        awaitImages(Pods.IMAGE, Pods.IMAGE, Pods.IMAGE);
        until("the way back is complete", () -> first.equals(api.get(set()).at("status", "currentRevision")));
        assertThat(livePods("foo=bar"))
                .allSatisfy(pod -> assertThat(revision(pod)).isEqualTo(first));
    }

    private void partition(int partition) {
        api.merge(set(), "{spec: {updateStrategy: {rollingUpdate: {partition: %d}}}}".formatted(partition))
                .ok();
    }

    @Test
    @Conformance("apps/StatefulSet/6")
    void partitionsGiveCanariesAndPhases() {
        String other = "example.test/other:1";
        create(3, "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 3}}", "");
        awaitReady("foo=bar", 3);
        String first = api.get(set()).at("status", "currentRevision");
        image(other);
        observed();
        eventually(
                () -> assertThat(api.get(set()).at("status", "updateRevision")).isNotEqualTo(first));
        String second = api.get(set()).at("status", "updateRevision");
        awaitImages(Pods.IMAGE, Pods.IMAGE, Pods.IMAGE);
        partition(2);
        awaitImages(Pods.IMAGE, Pods.IMAGE, other);
        for (int deleted : List.of(0, 2)) {
            String uid = api.get(pod(deleted)).at("metadata", "uid");
            api.delete(pod(deleted)).ok();
            until("it is there again", () -> {
                Answer again = api.get(pod(deleted));
                return again.code() == 200 && !uid.equals(again.at("metadata", "uid"));
            });
        }
        awaitImages(Pods.IMAGE, Pods.IMAGE, other);
        assertThat(revision(api.get(pod(0)).body())).isEqualTo(first);
        assertThat(revision(api.get(pod(2)).body())).isEqualTo(second);
        partition(1);
        awaitImages(Pods.IMAGE, other, other);
        partition(0);
        awaitImages(other, other, other);
        until("the update is complete", () -> second.equals(api.get(set()).at("status", "currentRevision")));
        assertThat(livePods("foo=bar"))
                .allSatisfy(pod -> assertThat(revision(pod)).isEqualTo(second));
    }
}
