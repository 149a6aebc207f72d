package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ReplicationControllers. */
class ReplicationControllerTest extends WorkloadCase {
    private String controllers() {
        return core("replicationcontrollers");
    }

    private String create(String name, int replicas) {
        api.post(
                        controllers(),
                        "{metadata: {name: %s, labels: {test-rc-static: 'true'}}, spec: {replicas: %d, selector: {name: %s}, %s}}"
                                .formatted(name, replicas, name, Pods.template("name: " + name)))
                .ok();
        return controllers() + "/" + name;
    }

    @Test
    @Conformance("apps/ReplicationController/1")
    void aMatchingPodIsAdopted() {
        api.post(core("pods"), Pods.yaml("pod-adoption", "")).ok();
        String uid = api.get(create("pod-adoption", 1)).at("metadata", "uid");
        until(
                "it is adopted",
                () -> uid.equals(owner(api.get(core("pods/pod-adoption")).ok().body())));
        assertThat(livePods("name=pod-adoption")).hasSize(1);
    }

    @Test
    @Conformance("apps/ReplicationController/3")
    void aPodThatMatchesNoMoreIsReleased() {
        create("pod-release", 1);
        awaitReady("name=pod-release", 1);
        String pod = core("pods/" + name(livePods("name=pod-release").getFirst()));
        api.patch(pod, Api.STRATEGIC, "{metadata: {labels: {name: not-matching-name}}}")
                .ok();
        until("it is released", () -> owner(api.get(pod).ok().body()) == null);
        awaitReady("name=pod-release", 1);
    }

    @Test
    @Conformance("apps/ReplicationController/2")
    void theScaleIsReadAndUpdated() {
        String controller = create("e2e-rc", 1);
        awaitReady("name=e2e-rc", 1);
        assertThat(api.get(controller + "/scale").ok().number("status", "replicas"))
                .isEqualTo(1);
        Map<String, Object> scale = api.get(controller + "/scale").copy();
        Trees.remove(scale, "metadata", "resourceVersion");
        Trees.set(scale, 2L, "spec", "replicas");
        assertThat(api.put(controller + "/scale", scale).ok().number("spec", "replicas"))
                .isEqualTo(2);
        awaitReady("name=e2e-rc", 2);
        eventually(() -> assertThat(api.get(controller + "/scale").number("status", "replicas"))
                .isEqualTo(2));
    }

    @Test
    @Conformance("apps/ReplicationController/5")
    void aQuotaShowsAsAFailure() {
        api.post(core("resourcequotas"), "{metadata: {name: condition-test}, spec: {hard: {pods: '2'}}}")
                .ok();
        until(
                "it counts",
                () -> "2".equals(api.get(core("resourcequotas/condition-test")).at("status", "hard", "pods")));
        String controller = create("condition-test", 3);
        eventually(() -> assertThat(api.get(controller).items("status", "conditions"))
                .anySatisfy(c -> assertThat(c)
                        .containsEntry("type", "ReplicaFailure")
                        .containsEntry("status", "True")
                        .containsEntry("reason", "FailedCreate")));
        eventually(() -> {
            Map<String, Object> tree = api.get(controller).copy();
            Trees.set(tree, 2L, "spec", "replicas");
            api.put(controller, tree).ok();
        });
        eventually(() -> assertThat(conditionTypes(api.get(controller).body())).doesNotContain("ReplicaFailure"));
    }

    @Test
    @Conformance("apps/ReplicationController/6")
    void aControllerHasItsLife() {
        String name = "rc-test";
        try (Watching watching = api.watch(controllers() + "?labelSelector=test-rc-static%3Dtrue")) {
            String controller = create(name, 1);
            watching.next("ADDED", name);
            watching.next("MODIFIED", e -> "1".equals(e.at("status", "readyReplicas")));
            api.patch(controller, Api.STRATEGIC, "{metadata: {labels: {test-rc: patched}}}")
                    .ok();
            watching.next("MODIFIED", e -> "patched".equals(e.at("metadata", "labels", "test-rc")));
            api.merge(controller + "/status", "{status: {readyReplicas: 0, availableReplicas: 0}}")
                    .ok();
            watching.next(
                    "MODIFIED",
                    e -> e.at("status", "readyReplicas") == null || "0".equals(e.at("status", "readyReplicas")));
            assertThat(api.get(controller + "/status").ok().at("metadata", "name"))
                    .isEqualTo(name);
            api.merge(controller + "/scale", "{spec: {replicas: 2}}").ok();
            watching.next("MODIFIED", e -> "2".equals(e.at("status", "readyReplicas")));
            eventually(() -> {
                Map<String, Object> tree = api.get(controller).copy();
                Trees.set(tree, "updated", "metadata", "labels", "test-rc");
                api.put(controller, tree).ok();
            });
            watching.next("MODIFIED", e -> "updated".equals(e.at("metadata", "labels", "test-rc")));
            assertThat(api.get("/api/v1/replicationcontrollers?labelSelector=test-rc-static%3Dtrue")
                            .names())
                    .contains(name);
            api.delete(controllers() + "?labelSelector=test-rc-static%3Dtrue").ok();
            watching.next("DELETED", name);
        }
    }
}
