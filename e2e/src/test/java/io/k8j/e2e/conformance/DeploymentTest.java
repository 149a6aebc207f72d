package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.runtime.ImageScript;
import io.k8j.model.json.Trees;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Deployments. */
class DeploymentTest extends WorkloadCase {
    private static final String BROKEN = "example.test/does-not-exist:1";

    private String deployments() {
        return apis("apps/v1", "deployments");
    }

    private String deployment(String name) {
        return deployments() + "/" + name;
    }

    private String yaml(String name, int replicas, String image, String more) {
        return "{metadata: {name: %s, labels: {name: %s}}, spec: {replicas: %d, selector: {matchLabels: {name: %s}}, %s template: {metadata: {labels: {name: %s}}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: '%s'}]}}}}"
                .formatted(name, name, replicas, name, more.isEmpty() ? "" : more + ", ", name, image);
    }

    private void create(String name, int replicas, String more) {
        api.post(deployments(), yaml(name, replicas, Pods.IMAGE, more)).ok();
    }

    private void image(String name, String image) {
        api.patch(
                        deployment(name),
                        Api.STRATEGIC,
                        "{spec: {template: {spec: {containers: [{name: c, image: '%s'}]}}}}".formatted(image))
                .ok();
    }

    private void awaitComplete(String name, int replicas) {
        eventually(() -> {
            Answer now = api.get(deployment(name)).ok();
            assertThat(now.number("status", "observedGeneration")).isEqualTo(now.number("metadata", "generation"));
            assertThat(now.number("status", "replicas")).isEqualTo(replicas);
            assertThat(now.number("status", "updatedReplicas")).isEqualTo(replicas);
            assertThat(now.number("status", "availableReplicas")).isEqualTo(replicas);
        });
    }

    /** The ReplicaSets, oldest revision first. */
    private List<Map<String, Object>> sets(String name) {
        return api.get(apis("apps/v1", "replicasets") + "?labelSelector=name%3D" + name).ok().items().stream()
                .sorted(Comparator.comparing(DeploymentTest::revision))
                .toList();
    }

    private static long revision(Map<String, Object> object) {
        String text = Trees.string(object, "metadata", "annotations", "deployment.kubernetes.io/revision");
        return text == null ? 0 : Long.parseLong(text);
    }

    private static long replicas(Map<String, Object> set) {
        return Trees.integer(set, "spec", "replicas");
    }

    private void replicaSet(String name, int replicas) {
        api.post(
                        apis("apps/v1", "replicasets"),
                        "{metadata: {name: %s-old, labels: {name: %s, pod: old}, annotations: {deployment.kubernetes.io/revision: '3546343826724305832'}}, spec: {replicas: %d, selector: {matchLabels: {name: %s, pod: old}}, %s}}"
                                .formatted(name, name, replicas, name, Pods.template("name: " + name + ", pod: old")))
                .ok();
        awaitReady("name=" + name, replicas);
    }

    @Test
    @Conformance("apps/Deployment/3")
    void rollingUpdateReplacesAdoptedPods() {
        String name = "test-rolling-update";
        replicaSet(name, 1);
        create(name, 1, "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}");
        awaitComplete(name, 1);
        assertThat(api.get(deployment(name)).at("metadata", "annotations", "deployment.kubernetes.io/revision"))
                .isEqualTo("3546343826724305833");
        eventually(() -> {
            Answer old =
                    api.get(apis("apps/v1", "replicasets/" + name + "-old")).ok();
            assertThat(old.number("spec", "replicas")).isZero();
            assertThat(old.number("status", "replicas")).isZero();
            assertThat(owner(old.body())).isEqualTo(api.get(deployment(name)).at("metadata", "uid"));
        });
        awaitReady("name=" + name, 1);
    }

    @Test
    @Conformance("apps/Deployment/2")
    void recreateDeletesFirst() {
        String name = "test-recreate";
        create(name, 1, "strategy: {type: Recreate}");
        awaitComplete(name, 1);
        String old = name(livePods("name=" + name).getFirst());
        try (Watching watching = api.watch(core("pods") + "?labelSelector=name%3D" + name)) {
            watching.next("ADDED", old);
            image(name, "example.test/other:1");
            // Whatever is new must come after the old one has gone.
            while (true) {
                Watching.Event event = watching.next();
                if (event.type().equals("DELETED") && event.name().equals(old)) break;
                assertThat(event.name()).as("no new Pod beside the old one").isEqualTo(old);
            }
        }
        awaitComplete(name, 1);
        assertThat(api.get(deployment(name)).at("metadata", "annotations", "deployment.kubernetes.io/revision"))
                .isEqualTo("2");
    }

    @Test
    @Conformance("apps/Deployment/4")
    void oldReplicaSetsAreCleanedUp() {
        String name = "test-cleanup";
        replicaSet(name, 1);
        create(name, 1, "revisionHistoryLimit: 0");
        until("only the new one is left", () -> {
            List<Map<String, Object>> sets = api.get(apis("apps/v1", "replicasets") + "?labelSelector=name%3D" + name)
                    .items();
            return sets.size() == 1 && !name(sets.getFirst()).equals(name + "-old");
        });
        awaitComplete(name, 1);
    }

    @Test
    @Conformance("apps/Deployment/6")
    void aRolloutIsRolledOver() {
        String name = "test-rollover";
        cluster.scripts().image(BROKEN, ImageScript.failing("not found"));
        replicaSet(name, 1);
        String template =
                "minReadySeconds: 1, strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}";
        api.post(deployments(), yaml(name, 1, BROKEN, template)).ok();
        until(
                "the broken set has its Pod",
                () -> sets(name).stream()
                        .anyMatch(set ->
                                !name(set).equals(name + "-old") && Trees.integer(set, "status", "replicas") == 1));
        assertThat(livePods("name=" + name + ",pod=old"))
                .as("maxUnavailable is 0")
                .hasSize(1);
        image(name, "example.test/good:1");
        awaitComplete(name, 1);
        eventually(() -> assertThat(
                        api.get(apis("apps/v1", "replicasets") + "?labelSelector=name%3D" + name).items().stream()
                                .filter(set -> replicas(set) > 0))
                .hasSize(1));
    }

    @Test
    @Conformance("apps/Deployment/5")
    void scalingIsProportional() {
        String name = "webserver-deployment";
        cluster.scripts().image(BROKEN, ImageScript.failing("not found"));
        create(name, 10, "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 2, maxSurge: 3}}");
        awaitComplete(name, 10);
        image(name, BROKEN);
        // 10 - 2 of the old stay, 13 in all.
        eventually(() -> {
            assertThat(sets(name)).hasSize(2);
            assertThat(replicas(sets(name).get(0))).isEqualTo(8);
            assertThat(replicas(sets(name).get(1))).isEqualTo(5);
            assertThat(api.get(deployment(name)).number("status", "availableReplicas"))
                    .isEqualTo(8);
        });
        eventually(() -> api.merge(deployment(name), "{spec: {replicas: 30}}").ok());
        eventually(() -> {
            assertThat(replicas(sets(name).get(0))).isEqualTo(20);
            assertThat(replicas(sets(name).get(1))).isEqualTo(13);
        });
    }

    @Test
    @Conformance("apps/Deployment/1")
    void theScaleIsReadUpdatedAndPatched() {
        create("test-new-deployment", 1, "");
        awaitComplete("test-new-deployment", 1);
        scaleIsReadUpdatedAndPatched(deployment("test-new-deployment"));
        awaitComplete("test-new-deployment", 4);
    }

    @Test
    @Conformance("apps/Deployment/8")
    void theStatusIsReadUpdatedAndPatched() {
        create("test-deployment", 1, "");
        awaitComplete("test-deployment", 1);
        statusIsReadUpdatedAndPatched(deployments(), "test-deployment");
    }

    @Test
    @Conformance("apps/Deployment/7")
    void aDeploymentHasItsLife() {
        String name = "test-deployment";
        try (Watching watching = api.watch(deployments() + "?labelSelector=name%3D" + name)) {
            create(name, 2, "");
            watching.next("ADDED", name);
            watching.next("MODIFIED", e -> "2".equals(e.at("status", "readyReplicas")));
            api.patch(
                            deployment(name),
                            Api.STRATEGIC,
                            "{metadata: {labels: {test-deployment: patched}}, spec: {replicas: 1, template: {spec: {containers: [{name: c, image: 'example.test/other:1'}]}}}}")
                    .ok();
            watching.next("MODIFIED", e -> "patched".equals(e.at("metadata", "labels", "test-deployment")));
            awaitComplete(name, 1);
            assertThat(api.get("/apis/apps/v1/deployments?labelSelector=test-deployment%3Dpatched").items().stream()
                            .map(item -> Trees.string(item, "metadata", "namespace")))
                    .contains(namespace);
            eventually(() -> {
                Map<String, Object> tree =
                        api.get(deployment(name) + "/status").ok().copy();
                Trees.set(tree, 5L, "status", "readyReplicas");
                Trees.set(tree, 5L, "status", "availableReplicas");
                Trees.set(tree, 5L, "status", "replicas");
                api.put(deployment(name) + "/status", tree).ok();
            });
            watching.next("MODIFIED", e -> "5".equals(e.at("status", "readyReplicas")));
            watching.next("MODIFIED", e -> "1".equals(e.at("status", "readyReplicas")));
            eventually(() -> {
                Map<String, Object> tree = api.get(deployment(name)).ok().copy();
                Trees.set(tree, 2L, "spec", "replicas");
                api.put(deployment(name), tree).ok();
            });
            watching.next("MODIFIED", e -> "2".equals(e.at("status", "readyReplicas")));
            api.merge(deployment(name) + "/status", "{status: {readyReplicas: 0, availableReplicas: 0}}")
                    .ok();
            assertThat(api.get(deployment(name) + "/status").ok().at("metadata", "name"))
                    .isEqualTo(name);
            api.delete(deployments() + "?labelSelector=name%3D" + name).ok();
            watching.next("DELETED", name);
        }
    }
}
