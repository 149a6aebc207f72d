package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Namespaces and what is in them. */
class NamespacesTest extends ConformanceCase {
    private String other;

    @BeforeEach
    void nameAnother() {
        other = "ns-" + namespace;
    }

    private String path() {
        return "/api/v1/namespaces/" + other;
    }

    private void create() {
        api.post("/api/v1/namespaces", "{metadata: {name: %s}}".formatted(other))
                .ok();
        until("its account", () -> api.get(path() + "/serviceaccounts/default").code() == 200);
    }

    private void remove() {
        api.delete(path());
        gone(path());
    }

    @Test
    @Conformance("api-machinery/Namespaces/4")
    void podsGoWithTheirNamespace() {
        create();
        api.post(path() + "/pods", Pods.yaml("test-pod", "")).ok();
        until(
                "it runs",
                () -> "Running".equals(api.get(path() + "/pods/test-pod").at("status", "phase")));
        remove();
        create();
        api.get(path() + "/pods/test-pod").refused(404);
        remove();
    }

    @Test
    @Conformance("api-machinery/Namespaces/5")
    void servicesGoWithTheirNamespace() {
        create();
        api.post(
                        path() + "/services",
                        "{metadata: {name: test-service}, spec: {selector: {a: b}, ports: [{port: 80}]}}")
                .ok();
        remove();
        create();
        api.get(path() + "/services/test-service").refused(404);
        remove();
    }

    @Test
    @Conformance("api-machinery/Namespaces/6")
    void aNamespaceCanBePatched() {
        create();
        api.patch(path(), Api.STRATEGIC, "{metadata: {labels: {testLabel: testValue}}}")
                .ok();
        assertThat(api.get(path()).at("metadata", "labels", "testLabel")).isEqualTo("testValue");
        remove();
    }

    @Test
    @Conformance("api-machinery/Namespaces/2")
    void aNamespaceCanBeReplaced() {
        create();
        Map<String, Object> tree = api.get(path()).copy();
        Trees.set(tree, "updated", "metadata", "labels", other);
        assertThat(api.put(path(), tree).ok().at("metadata", "labels", other)).isEqualTo("updated");
        assertThat(api.get(path()).at("metadata", "labels", other)).isEqualTo("updated");
        remove();
    }

    @Test
    @Conformance("api-machinery/Namespaces/3")
    void theStatusCanBeReadPatchedAndReplaced() {
        create();
        String status = path() + "/status";
        assertThat(api.get(status).ok().at("status", "phase")).isEqualTo("Active");
        Answer patched = api.merge(
                        status,
                        "{metadata: {annotations: {e2e-patched-ns-status: %s}}, status: {conditions: [{type: StatusPatch, status: 'True', reason: E2E, message: 'Patched by an e2e test'}]}}"
                                .formatted(other))
                .ok();
        assertThat(patched.items("status", "conditions"))
                .anySatisfy(c -> assertThat(c)
                        .containsEntry("type", "StatusPatch")
                        .containsEntry("message", "Patched by an e2e test"));
        assertThat(patched.at("status", "phase")).isEqualTo("Active");
        Map<String, Object> tree = api.get(status).copy();
        List<Object> conditions = new ArrayList<>(Trees.list(tree, "status", "conditions"));
        conditions.add(
                Map.of("type", "StatusUpdate", "status", "True", "reason", "E2E", "message", "Updated by an e2e test"));
        Trees.set(tree, conditions, "status", "conditions");
        api.put(status, tree).ok();
        assertThat(api.get(status).items("status", "conditions").stream().map(c -> c.get("type")))
                .contains("StatusPatch", "StatusUpdate");
        remove();
    }

    @Test
    @Conformance("api-machinery/Namespaces/1")
    void aFinalizerCanBeAddedAndTakenAway() {
        create();
        Map<String, Object> tree = api.get(path()).copy();
        List<Object> before = Trees.list(tree, "spec", "finalizers");
        List<Object> more = new ArrayList<>(before);
        more.add("e2e.example.com/fakeFinalizer");
        Trees.set(tree, more, "spec", "finalizers");
        api.put(path() + "/finalize", tree).ok();
        assertThat(Trees.list(api.get(path()).body(), "spec", "finalizers")).contains("e2e.example.com/fakeFinalizer");
        tree = api.get(path()).copy();
        Trees.set(tree, before, "spec", "finalizers");
        api.put(path() + "/finalize", tree).ok();
        assertThat(Trees.list(api.get(path()).body(), "spec", "finalizers")).isEqualTo(before);
        remove();
    }
}
