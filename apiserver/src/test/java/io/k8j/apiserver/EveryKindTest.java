package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole life of an object of each built-in kind, through every verb, patch and dry run. */
class EveryKindTest {
    private final TestServer server = TestServer.ofEverything();

    @AfterEach
    void close() {
        server.close();
    }

    static List<Kinds.Sample> samples() {
        return Kinds.samples();
    }

    @Test
    void thereIsASampleOfEachStoredKind() {
        TreeSet<String> sampled = new TreeSet<>();
        samples().forEach(s -> sampled.add(s.resource()));
        TreeSet<String> stored = new TreeSet<>();
        for (ResourceInfo info : ResourceRegistry.known().all()) {
            if (info.stored())
                stored.add(info.gvk().apiVersion() + "/" + info.gvr().resource());
        }
        assertThat(sampled).isEqualTo(stored);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyVerbWorksAndDryRunsLeaveNoTrace(Kinds.Sample sample) {
        String resource = sample.resource();
        server.create(resource, sample.json(), "dryRun=All");
        assertThat(server.names(resource, "")).isEmpty();

        Map<String, Object> created = server.create(resource, sample.json());
        Map<String, Object> made = settled(resource, created);
        String name = Trees.string(made, "metadata", "name");
        assertThat(server.get(resource, name)).isEqualTo(made);
        assertThat(server.names(resource, "fieldSelector=metadata.name=" + name))
                .containsExactly(name);
        ApiException twice = TestServer.refusal(() -> server.create(resource, sample.json()));
        assertThat(twice.getMessage()).endsWith("\"" + name + "\" already exists");

        assertThat(server.update(resource, name, Trees.deepCopy(made))).isEqualTo(made);
        patches(resource, name);

        server.delete(resource, name, "dryRun=All");
        assertThat(server.names(resource, "")).containsExactly(name);
        server.delete(resource, name, "gracePeriodSeconds=0&propagationPolicy=Background");
        // A namespace waits for a controller; a definition goes at once, but a moment after the answer.
        int left = resource.equals("v1/namespaces") ? 1 : 0;
        Awaitility.await().until(() -> count(resource) == left);
    }

    private int count(String resource) {
        return server.core
                .table()
                .get(TestServer.gvr(resource))
                .storage()
                .cache()
                .snapshot()
                .objects()
                .size();
    }

    /** A definition's conditions are written by the server itself, some time after it is made. */
    private Map<String, Object> settled(String resource, Map<String, Object> made) {
        String sign = resource.startsWith("apiextensions")
                ? "\"type\":\"Established\",\"status\":\"True\""
                : resource.endsWith("/validatingadmissionpolicies") ? "\"observedGeneration\":1" : "";
        if (sign.isEmpty()) return made;
        String name = Trees.string(made, "metadata", "name");
        Awaitility.await()
                .until(() -> Json.writeString(server.get(resource, name)).contains(sign));
        return server.get(resource, name);
    }

    private void patches(String resource, String name) {
        String labels = "{'metadata':{'labels':{'%s':'1'}}}";
        Map<String, Object> before = server.get(resource, name);
        server.patch(resource, name, "merge", labels.formatted("m"), "dryRun=All");
        assertThat(server.get(resource, name)).isEqualTo(before);
        server.patch(resource, name, "merge", labels.formatted("m"));
        server.patch(resource, name, "strategic-merge", labels.formatted("s"));
        server.patch(resource, name, "json", "[{'op':'add','path':'/metadata/labels/j','value':'1'}]");
        ResourceInfo info = server.core.table().get(TestServer.gvr(resource)).info();
        Map<String, Object> applied = server.patch(
                resource,
                name,
                "apply",
                "{'apiVersion':'%s','kind':'%s','metadata':{'name':'%s','labels':{'z':'1'}}}"
                        .formatted(info.gvk().apiVersion(), info.gvk().kind(), name),
                "fieldManager=applier");
        assertThat(Trees.map(applied, "metadata", "labels")).containsKeys("m", "s", "j", "z");
        List<Object> managers = Trees.list(applied, "metadata", "managedFields");
        assertThat(Json.writeString(managers.getFirst()))
                .contains(
                        "\"manager\":\"applier\",\"operation\":\"Apply\"",
                        "\"f:metadata\":{\"f:labels\":{\"f:z\":{}}}");
        for (ResourceInfo.Subresource subresource : info.subresources()) {
            if (subresource.name().equals("status") || subresource.name().equals("approval")) {
                server.send(Verb.GET, resource, name, subresource.name(), "", null, null);
                Map<String, Object> now = server.get(resource, name);
                Map<String, Object> same = TestServer.tree(
                        server.send(Verb.UPDATE, resource, name, subresource.name(), "", null, Trees.deepCopy(now)));
                assertThat(Trees.get(same, "spec")).isEqualTo(Trees.get(now, "spec"));
            }
        }
    }
}
