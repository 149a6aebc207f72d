package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Which requests admission sees, and what of them; as an upstream API server showed its webhooks. */
class AdmittedOnceTest extends HookedServer {
    private static final String EVERYTHING =
            "{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}";

    private void watchAll(String resource) {
        hooks.on("/", r -> HookServer.allow());
        configure(resource, "v", "/", EVERYTHING, "");
    }

    private List<String> seen() {
        synchronized (hooks.requests) {
            return hooks.requests.stream()
                    .map(r -> r.get("operation") + " " + Trees.string(r, "resource", "resource")
                            + (r.get("subResource") == null ? "" : "/" + r.get("subResource")))
                    .toList();
        }
    }

    private Map<String, Object> last() {
        return hooks.requests.getLast();
    }

    private void post(String resource, String name, String subresource, String yaml) {
        server.server.core.call(
                TestServer.ADMIN,
                "test",
                new ApiCall(
                        Verb.CREATE,
                        TestServer.gvr(resource),
                        resource.contains("self") ? "" : "rec",
                        name,
                        subresource,
                        Map.of(),
                        null,
                        Yaml.tree(yaml)));
    }

    @Test
    void anEvictionIsNoDeletion() {
        server.create("v1/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
        watchAll(VALIDATING);
        post("v1/pods", "p", "eviction", "{apiVersion: policy/v1, kind: Eviction, metadata: {name: p}}");
        assertThat(seen()).containsExactly("CREATE pods/eviction");
        assertThat(Trees.string(last(), "object", "metadata", "namespace")).isEqualTo("rec");
    }

    @Test
    void objectsThatGoWithTheirDefinitionAreNotAskedAbout() {
        thing(version("v1", true));
        server.create("a.b/v1/things", "{apiVersion: a.b/v1, kind: Thing, metadata: {name: t}}");
        hooks.on("/", r -> HookServer.deny("no"));
        configure(
                VALIDATING,
                "v",
                "/",
                "{operations: [DELETE], apiGroups: [a.b], apiVersions: ['*'], resources: [things]}",
                "");
        server.server.delete("apiextensions.k8s.io/v1/customresourcedefinitions", "things.a.b", "");
        Awaitility.await().until(() -> server.server.core.table().get(TestServer.gvr("a.b/v1/things")) == null);
        assertThat(hooks.requests).isEmpty();
    }

    @Test
    void deletionsTellTheGraceThatThePodGetsAndWhichNamespaceIsMeant() {
        server.create(
                "v1/pods",
                "{metadata: {name: p}, spec: {nodeName: n, terminationGracePeriodSeconds: 7, containers: [{name: c,"
                        + " image: i}]}}");
        watchAll(VALIDATING);
        server.server.delete("v1/pods", "p", "");
        assertThat(last()).containsEntry("operation", "DELETE");
        assertThat(Trees.integer(last(), "options", "gracePeriodSeconds")).isEqualTo(7);
        server.server.delete("v1/pods", "p", "");
        assertThat(seen()).as("nothing new").hasSize(1);
        String uid = Trees.string(server.server.get("v1/namespaces", "other"), "metadata", "uid");
        server.server.delete("v1/namespaces", "other", "");
        assertThat(Trees.string(last(), "options", "preconditions", "uid")).isEqualTo(uid);
    }

    @Test
    void whoNamesNoVersionIsSeenWithoutOne() {
        server.create("v1/configmaps", map("m", "a: b"));
        watchAll(MUTATING);
        server.server.update("v1/configmaps", "m", Yaml.tree(map("m", "a: c")));
        assertThat(Trees.map(last(), "object", "metadata"))
                .containsEntry("name", "m")
                .doesNotContainKey("resourceVersion");
        assertThat(Trees.string(last(), "oldObject", "metadata", "resourceVersion"))
                .isNotEmpty();
    }

    @Test
    void reviewsAreSeenAndCanBeRefused() {
        watchAll(MUTATING);
        post(
                "authorization.k8s.io/v1/selfsubjectaccessreviews",
                "",
                "",
                "{spec: {resourceAttributes: {verb: get, resource: pods}}}");
        assertThat(seen()).containsExactly("CREATE selfsubjectaccessreviews");
        hooks.on("/no", r -> HookServer.deny("no"));
        configure(
                VALIDATING,
                "v",
                "/no",
                "{operations: [CREATE], apiGroups: [authorization.k8s.io], apiVersions: ['*'], resources: ['*']}",
                "");
        ApiException refused = TestServer.refusal(() -> post(
                "authorization.k8s.io/v1/localsubjectaccessreviews",
                "",
                "",
                "{spec: {user: bob, resourceAttributes: {namespace: rec, verb: get, resource: pods}}}"));
        assertThat(refused.getMessage()).isEqualTo(DENIED + ": no");
    }
}
