package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/** What tests of workloads have in common. */
abstract class WorkloadCase extends ConformanceCase {
    @BeforeEach
    void nodesAreReady() {
        cluster.awaitNodesReady();
    }

    List<Map<String, Object>> pods(String selector) {
        return api.get(core("pods") + "?labelSelector=" + selector.replace("=", "%3D"))
                .ok()
                .items();
    }

    /** Those that are not on their way out. */
    List<Map<String, Object>> livePods(String selector) {
        return pods(selector).stream()
                .filter(pod -> Trees.get(pod, "metadata", "deletionTimestamp") == null)
                .toList();
    }

    static String name(Map<String, Object> object) {
        return Trees.string(object, "metadata", "name");
    }

    static String uid(Map<String, Object> object) {
        return Trees.string(object, "metadata", "uid");
    }

    static boolean ready(Map<String, Object> pod) {
        return Trees.list(pod, "status", "conditions").stream()
                .anyMatch(c -> "Ready".equals(Trees.string(c, "type")) && "True".equals(Trees.string(c, "status")));
    }

    /** Waits until so many Pods run and are ready. */
    void awaitReady(String selector, int count) {
        until(count + " Pods of " + selector + " are ready", () -> {
            List<Map<String, Object>> live = livePods(selector);
            return live.size() == count && live.stream().allMatch(WorkloadCase::ready);
        });
    }

    /** The controlling owner's uid; {@code null} if there is none. */
    static String owner(Map<String, Object> object) {
        return Trees.list(object, "metadata", "ownerReferences").stream()
                .filter(reference -> Trees.isTrue(reference, "controller"))
                .map(reference -> Trees.string(reference, "uid"))
                .findFirst()
                .orElse(null);
    }

    /** The status subresource: read, replaced with one more condition, patched; each shows in a watch. */
    void statusIsReadUpdatedAndPatched(String collection, String name) {
        String status = collection + "/" + name + "/status";
        try (Watching watching = api.watch(collection)) {
            eventually(() -> {
                Map<String, Object> tree = api.get(status).ok().copy();
                List<Object> conditions = new ArrayList<>(Trees.list(tree, "status", "conditions"));
                conditions.removeIf(c -> "StatusUpdate".equals(Trees.string(c, "type")));
                conditions.add(Map.of(
                        "type", "StatusUpdate", "status", "True", "reason", "E2E", "message", "Set from e2e test"));
                Trees.set(tree, conditions, "status", "conditions");
                Answer updated = api.put(status, tree).ok();
                assertThat(conditionTypes(updated.body())).contains("StatusUpdate");
            });
            watching.next("MODIFIED", event -> conditionTypes(event.object()).contains("StatusUpdate"));
            Answer patched = api.merge(status, "{status: {conditions: [{type: StatusPatched, status: 'True'}]}}")
                    .ok();
            assertThat(conditionTypes(patched.body())).contains("StatusPatched");
            watching.next("MODIFIED", event -> conditionTypes(event.object()).contains("StatusPatched"));
        }
    }

    static List<String> conditionTypes(Map<String, Object> object) {
        return Trees.list(object, "status", "conditions").stream()
                .map(c -> Trees.string(c, "type"))
                .toList();
    }

    /** The scale subresource: read, replaced and patched. */
    void scaleIsReadUpdatedAndPatched(String object) {
        Answer scale = api.get(object + "/scale").ok();
        assertThat(scale.at("kind")).isEqualTo("Scale");
        assertThat(scale.number("spec", "replicas")).isEqualTo(1);
        Map<String, Object> tree = scale.copy();
        Trees.remove(tree, "metadata", "resourceVersion");
        Trees.set(tree, 2L, "spec", "replicas");
        assertThat(api.put(object + "/scale", tree).ok().number("spec", "replicas"))
                .isEqualTo(2);
        assertThat(api.get(object).ok().number("spec", "replicas")).isEqualTo(2);
        assertThat(api.merge(object + "/scale", "{spec: {replicas: 4}}").ok().number("spec", "replicas"))
                .isEqualTo(4);
        assertThat(api.get(object).ok().number("spec", "replicas")).isEqualTo(4);
    }

    /** Several objects with a label are listed over all namespaces and removed together. */
    void listedAndDeletedTogether(String collection, String everywhere, String selector, int count) {
        String query = "?labelSelector=" + selector.replace("=", "%3D");
        assertThat(api.get(everywhere + query).ok().items()).hasSize(count);
        api.delete(collection + query).ok();
        until("they are gone", () -> api.get(everywhere + query).ok().items().isEmpty());
    }
}
