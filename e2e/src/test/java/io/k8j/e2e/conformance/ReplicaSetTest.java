package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ReplicaSets. */
class ReplicaSetTest extends WorkloadCase {
    private String sets() {
        return apis("apps/v1", "replicasets");
    }

    private String create(String name, int replicas) {
        api.post(
                        sets(),
                        "{metadata: {name: %s, labels: {name: %s}}, spec: {replicas: %d, selector: {matchLabels: {name: %s}}, %s}}"
                                .formatted(name, name, replicas, name, Pods.template("name: " + name + ", pod: x")))
                .ok();
        return sets() + "/" + name;
    }

    @Test
    @Conformance("apps/ReplicaSet/3")
    void matchingPodsAreAdoptedAndReleased() {
        api.post(core("pods"), Pods.yaml("pod-adoption-release", "")).ok();
        awaitReady("name=pod-adoption-release", 1);
        String set = create("pod-adoption-release", 1);
        String uid = api.get(set).at("metadata", "uid");
        until(
                "it is adopted",
                () -> uid.equals(
                        owner(api.get(core("pods/pod-adoption-release")).ok().body())));
        assertThat(livePods("name=pod-adoption-release")).hasSize(1);
        api.patch(
                        core("pods/pod-adoption-release"),
                        Api.STRATEGIC,
                        "{metadata: {labels: {name: pod-adoption-release-2}}}")
                .ok();
        until(
                "it is released",
                () -> owner(api.get(core("pods/pod-adoption-release")).ok().body()) == null);
        awaitReady("name=pod-adoption-release", 1);
    }

    @Test
    @Conformance("apps/ReplicaSet/2")
    void theScaleIsReadUpdatedAndPatched() {
        String set = create("test-rs", 1);
        awaitReady("name=test-rs", 1);
        scaleIsReadUpdatedAndPatched(set);
        awaitReady("name=test-rs", 4);
    }

    @Test
    @Conformance("apps/ReplicaSet/1")
    void aSetIsScaledAndPatched() {
        String set = create("test-rs", 1);
        awaitReady("name=test-rs", 1);
        try (Watching watching = api.watch(sets() + "?labelSelector=name%3Dtest-rs")) {
            Map<String, Object> scale = api.get(set + "/scale").ok().copy();
            Trees.set(scale, 2L, "spec", "replicas");
            eventually(() -> {
                Map<String, Object> now = api.get(set + "/scale").ok().copy();
                Trees.set(now, 2L, "spec", "replicas");
                api.put(set + "/scale", now).ok();
            });
            awaitReady("name=test-rs", 2);
            api.patch(
                            set,
                            Api.STRATEGIC,
                            "{metadata: {labels: {test-rs: patched}}, spec: {replicas: 3, template: {spec: {containers: [{name: c, image: 'example.test/other:1'}]}}}}")
                    .ok();
            Watching.Event event = watching.next(
                    "MODIFIED",
                    e -> "patched".equals(e.at("metadata", "labels", "test-rs"))
                            && "3".equals(e.at("status", "readyReplicas")));
            assertThat(event.at("spec", "replicas")).isEqualTo("3");
        }
    }

    @Test
    @Conformance("apps/ReplicaSet/4")
    void setsAreListedAndDeletedTogether() {
        create("test-rs", 3);
        awaitReady("name=test-rs", 3);
        api.merge(sets() + "/test-rs", "{metadata: {labels: {e2e: %s}}}".formatted(namespace))
                .ok();
        listedAndDeletedTogether(sets(), "/apis/apps/v1/replicasets", "e2e=" + namespace, 1);
    }

    @Test
    @Conformance("apps/ReplicaSet/6")
    void theStatusIsReadUpdatedAndPatched() {
        create("test-rs", 1);
        awaitReady("name=test-rs", 1);
        statusIsReadUpdatedAndPatched(sets(), "test-rs");
    }
}
