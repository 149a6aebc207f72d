package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of dependents. */
class GarbageCollectorTest extends ConformanceCase {
    private static final int PODS = 10;

    private String controller(String name) {
        api.post(
                        core("replicationcontrollers"),
                        "{metadata: {name: %s}, spec: {replicas: %d, selector: {name: %s}, %s}}"
                                .formatted(name, PODS, name, Pods.template("name: " + name)))
                .ok();
        eventually(
                () -> assertThat(api.get(core("replicationcontrollers/" + name)).number("status", "replicas"))
                        .isEqualTo(PODS));
        return core("replicationcontrollers/" + name);
    }

    private void delete(String path, String policy) {
        String uid = api.get(path).at("metadata", "uid");
        api.delete(path, "{propagationPolicy: %s, preconditions: {uid: %s}}".formatted(policy, uid))
                .ok();
    }

    private List<Map<String, Object>> pods() {
        return api.get(core("pods")).ok().items();
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/2")
    void podsOfAControllerGoInTheBackground() {
        String controller = controller("simpletest-rc");
        delete(controller, "Background");
        gone(controller);
        until("its Pods are gone", () -> pods().isEmpty());
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/7")
    void podsOfAControllerCanBeOrphaned() {
        String controller = controller("simpletest-rc");
        delete(controller, "Orphan");
        gone(controller);
        assertThat(pods()).hasSize(PODS).allSatisfy(pod -> {
            assertThat(Trees.list(pod, "metadata", "ownerReferences")).isEmpty();
            assertThat(Trees.get(pod, "metadata", "deletionTimestamp")).isNull();
        });
    }

    private String deployment() {
        api.post(
                        apis("apps/v1", "deployments"),
                        "{metadata: {name: simpletest}, spec: {replicas: 2, selector: {matchLabels: {a: b}}, %s}}"
                                .formatted(Pods.template("a: b")))
                .ok();
        until("there are Pods", () -> pods().size() == 2);
        return apis("apps/v1", "deployments/simpletest");
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/1")
    void replicaSetAndPodsOfADeploymentGoInTheBackground() {
        String deployment = deployment();
        delete(deployment, "Background");
        gone(deployment);
        until(
                "its ReplicaSet is gone",
                () -> api.get(apis("apps/v1", "replicasets")).items().isEmpty());
        until("its Pods are gone", () -> pods().isEmpty());
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/6")
    void theReplicaSetOfADeploymentCanBeOrphaned() {
        String deployment = deployment();
        delete(deployment, "Orphan");
        gone(deployment);
        assertThat(api.get(apis("apps/v1", "replicasets")).items())
                .singleElement()
                .satisfies(set -> assertThat(Trees.list(set, "metadata", "ownerReferences"))
                        .isEmpty());
        assertThat(pods()).hasSize(2);
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/3")
    void inTheForegroundTheOwnerGoesLast() {
        String controller = controller("simpletest-rc");
        delete(controller, "Foreground");
        try (Watching watching = api.watch(core("replicationcontrollers"))) {
            watching.next("DELETED", "simpletest-rc");
        }
        assertThat(pods()).isEmpty();
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/5")
    void whatHasAnotherOwnerStays() {
        String first = controller("simpletest-rc-to-be-deleted");
        String uid = api.post(
                        core("replicationcontrollers"),
                        "{metadata: {name: simpletest-rc-to-stay}, spec: {replicas: 0, selector: {another: key}, %s}}"
                                .formatted(Pods.template("another: key")))
                .ok()
                .at("metadata", "uid");
        List<String> shared = new ArrayList<>();
        for (Map<String, Object> pod : pods().subList(0, PODS / 2)) {
            String name = Trees.string(pod, "metadata", "name");
            shared.add(name);
            api.patch(
                            core("pods/" + name),
                            Api.STRATEGIC,
                            "{metadata: {ownerReferences: [{apiVersion: v1, kind: ReplicationController, name: simpletest-rc-to-stay, uid: %s}]}}"
                                    .formatted(uid))
                    .ok();
        }
        delete(first, "Foreground");
        gone(first);
        assertThat(pods().stream().map(pod -> Trees.string(pod, "metadata", "name")))
                .containsExactlyInAnyOrderElementsOf(shared);
        assertThat(pods()).allSatisfy(pod -> {
            assertThat(Trees.get(pod, "metadata", "deletionTimestamp")).isNull();
            assertThat(Trees.list(pod, "metadata", "ownerReferences")).hasSize(1);
        });
    }

    @Test
    @Conformance("api-machinery/GarbageCollector/4")
    void aRingOfOwnersIsNoObstacle() {
        List<String> uids = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            uids.add(api.post(core("pods"), Pods.yaml("pod" + i, "")).ok().at("metadata", "uid"));
        }
        for (int i = 0; i < 3; i++) {
            int owner = (i + 2) % 3;
            api.patch(
                            core("pods/pod" + (i + 1)),
                            Api.STRATEGIC,
                            "{metadata: {ownerReferences: [{apiVersion: v1, kind: Pod, name: pod%d, uid: %s, controller: true, blockOwnerDeletion: true}]}}"
                                    .formatted(owner + 1, uids.get(owner)))
                    .ok();
        }
        delete(core("pods/pod1"), "Foreground");
        until("all are gone", () -> pods().isEmpty());
    }
}
