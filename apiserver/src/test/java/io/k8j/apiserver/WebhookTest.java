package io.k8j.apiserver;

import static io.k8j.apiserver.HookServer.allow;
import static io.k8j.apiserver.HookServer.deny;
import static io.k8j.apiserver.HookServer.patch;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Admission webhooks through the API: which are asked about what, and in which order. */
class WebhookTest extends HookedServer {
    @Test
    void badObjectsAreRefusedOnCreationUpdateAndPatchUnlessTheNamespaceIsExempt() {
        hooks.on("/", r -> Trees.get(r, "object", "data", "bad") == null ? allow() : deny("bad data"));
        configure(
                VALIDATING,
                "v",
                "/",
                MAPS,
                ", namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [other]}]}");
        server.refusal("v1/configmaps", map("m", "bad: x"));
        Map<String, Object> good = server.create("v1/configmaps", map("m", "a: x"));
        Trees.set(good, "x", "data", "bad");
        TestServer.refusal(() -> server.server.update("v1/configmaps", "m", good));
        TestServer.refusal(() -> server.server.patch("v1/configmaps", "m", "merge", "{'data':{'bad':'x'}}"));
        server.server.core.call(
                TestServer.ADMIN,
                "test",
                new ApiCall(
                        Verb.CREATE,
                        TestServer.gvr("v1/configmaps"),
                        "other",
                        "",
                        "",
                        Map.of(),
                        null,
                        Yaml.tree(map("m", "bad: x"))));
    }

    @Test
    void mutationsChainInTheOrderOfNames() {
        hooks.on("/one", r -> patch("[{'op':'add','path':'/data/one','value':'1'}]"));
        hooks.on(
                "/two",
                r -> Trees.get(r, "object", "data", "one") == null
                        ? allow()
                        : patch("[{'op':'add','path':'/data/two','value':'2'}]"));
        configure(MUTATING, "b", "/two", MAPS, "");
        configure(MUTATING, "a", "/one", MAPS, "");
        Map<String, Object> made = server.create("v1/configmaps", map("m", "own: x"));
        assertThat(Trees.map(made, "data")).isEqualTo(Map.of("own", "x", "one", "1", "two", "2"));
        assertThat(server.annotations.getLast())
                .containsEntry(
                        "mutation.webhook.admission.k8s.io/round_0_index_0",
                        "{\"configuration\":\"a\",\"webhook\":\"a.example.com\",\"mutated\":true}")
                .containsEntry(
                        "patch.webhook.admission.k8s.io/round_0_index_0",
                        "{\"configuration\":\"a\",\"webhook\":\"a.example.com\",\"patch\":[{\"op\":\"add\",\"path\":\"/data/one\",\"value\":\"1\"}],\"patchType\":\"JSONPatch\"}");
    }

    @Test
    void thoseThatWantItAreAskedAgainAfterAChange() {
        hooks.on(
                "/again",
                r -> patch("[{'op':'add','path':'/data/n','value':'"
                        + Trees.map(r, "object", "data").size() + "'}]"));
        hooks.on("/change", r -> patch("[{'op':'add','path':'/data/c','value':'1'}]"));
        configure(MUTATING, "a", "/again", MAPS, ", reinvocationPolicy: IfNeeded");
        configure(MUTATING, "b", "/change", MAPS, ", reinvocationPolicy: Never");
        assertThat(Trees.string(server.create("v1/configmaps", map("m", "own: x")), "data", "n"))
                .isEqualTo("3");
        assertThat(hooks.requests).hasSize(3);
    }

    @Test
    void anInjectedContainerIsDefaultedAndOtherStepsSeeIt() {
        server.create(
                "v1/limitranges",
                "{metadata: {name: l}, spec: {limits: [{type: Container, defaultRequest: {cpu: 100m}}]}}");
        hooks.on("/", r -> patch("[{'op':'add','path':'/spec/initContainers','value':[{'name':'i','image':'x'}]}]"));
        configure(
                MUTATING,
                "a",
                "/",
                "{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}",
                "");
        Map<String, Object> pod =
                server.create("v1/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
        Object added = Trees.list(pod, "spec", "initContainers").getFirst();
        assertThat(Trees.string(added, "terminationMessagePolicy")).isEqualTo("File");
        // The second round of the built-in steps filled in the request.
        assertThat(Trees.string(added, "resources", "requests", "cpu")).isEqualTo("100m");
    }

    @Test
    void equivalentVersionsAreAskedAboutInTheirOwn() {
        thing(version("v1", true) + ", " + version("v2", false));
        hooks.on(
                "/",
                r -> patch(
                        "[{'op':'add','path':'/data/b','value':'" + Trees.string(r, "object", "apiVersion") + "'}]"));
        String rule = "{operations: [CREATE, UPDATE], apiGroups: [a.b], apiVersions: [v2], resources: [things]}";
        configure(MUTATING, "a", "/", rule, ", matchPolicy: Exact");
        String one = "{apiVersion: a.b/v1, kind: Thing, metadata: {name: %s}, data: {a: x}}";
        assertThat(Trees.get(server.create("a.b/v1/things", one.formatted("exact")), "data", "b"))
                .isNull();
        server.server.patch(
                MUTATING, "a", "json", "[{'op':'replace','path':'/webhooks/0/matchPolicy','value':'Equivalent'}]");
        Map<String, Object> made = server.create("a.b/v1/things", one.formatted("equivalent"));
        assertThat(made).containsEntry("apiVersion", "a.b/v1");
        assertThat(Trees.string(made, "data", "b")).isEqualTo("a.b/v2");
        Map<String, Object> request = hooks.requests.getLast();
        assertThat(Trees.string(request, "kind", "version")).isEqualTo("v2");
        assertThat(Trees.string(request, "requestKind", "version")).isEqualTo("v1");
    }

    @Test
    void customResourcesAreChangedPrunedAndRefused() {
        thing(version("v1", true));
        String rule = "{operations: ['*'], apiGroups: [a.b], apiVersions: [v1], resources: [things]}";
        hooks.on(
                "/",
                r -> "CREATE".equals(r.get("operation"))
                        ? patch(
                                "[{'op':'add','path':'/data/b','value':'y'},{'op':'add','path':'/data/zz','value':'y'}]")
                        : allow());
        hooks.on("/no", r -> deny("no " + r.get("operation")));
        configure(MUTATING, "a", "/", rule, "");
        String thing = "{apiVersion: a.b/v1, kind: Thing, metadata: {name: t}, data: {a: x}}";
        assertThat(Trees.map(server.create("a.b/v1/things", thing), "data")).isEqualTo(Map.of("a", "x", "b", "y"));
        configure(VALIDATING, "v", "/no", rule, "");
        assertThat(server.refusal("a.b/v1/things", thing.replace("name: t", "name: u"))
                        .getMessage())
                .isEqualTo(DENIED + ": no CREATE");
        assertThat(TestServer.refusal(() -> server.server.patch("a.b/v1/things", "t", "merge", "{'data':{'a':'z'}}"))
                        .getMessage())
                .isEqualTo(DENIED + ": no UPDATE");
        assertThat(TestServer.refusal(() -> server.server.delete("a.b/v1/things", "t", ""))
                        .getMessage())
                .isEqualTo(DENIED + ": no DELETE");
    }

    @Test
    void definitionsAndConnectionsCanBeRefused() {
        hooks.on("/", r -> deny("no"));
        configure(
                VALIDATING,
                "v",
                "/",
                "{operations: [CREATE], apiGroups: [apiextensions.k8s.io], apiVersions: ['*'], resources:"
                        + " [customresourcedefinitions]}, {operations: [CONNECT], apiGroups: [''], apiVersions: ['*'],"
                        + " resources: [pods/attach]}",
                "");
        assertThat(TestServer.refusal(() -> thing(version("v1", true))).getMessage())
                .isEqualTo(DENIED + ": no");
        server.create("v1/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
        ApiCall attach =
                new ApiCall(Verb.CREATE, TestServer.gvr("v1/pods"), "rec", "p", "attach", Map.of(), null, null);
        Map<String, Object> options = Yaml.tree("{apiVersion: v1, kind: PodAttachOptions, container: c, stdin: true}");
        assertThat(TestServer.refusal(() -> server.server.core.admitConnect(TestServer.ADMIN, attach, options))
                        .getMessage())
                .isEqualTo(DENIED + ": no");
        assertThat(Trees.string(hooks.requests.getLast(), "object", "kind")).isEqualTo("PodAttachOptions");
    }

    @Test
    void configurationsAreNobodysBusiness() {
        hooks.on("/", r -> deny("no"));
        String everything = "{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}";
        configure(MUTATING, "a", "/", everything, "");
        configure(VALIDATING, "v", "/", everything, "");
        server.refusal("v1/configmaps", map("m", ""));
        server.server.delete(VALIDATING, "v", "");
        server.server.delete(MUTATING, "a", "");
        assertThat(hooks.requests).hasSize(1);
        server.create("v1/configmaps", map("m", ""));
    }

    @Test
    void rulesCanBeTakenBackAndCollectionsDeleted() {
        hooks.on("/", r -> deny("no"));
        configure(VALIDATING, "v", "/", MAPS, "");
        server.refusal("v1/configmaps", map("m", ""));
        server.server.patch(
                VALIDATING,
                "v",
                "json",
                "[{'op':'replace','path':'/webhooks/0/rules/0/operations','value':['DELETE']}]");
        server.create("v1/configmaps", map("m", ""));
        server.server.patch(
                VALIDATING,
                "v",
                "json",
                "[{'op':'replace','path':'/webhooks/0/rules/0/operations','value':['CREATE']}]");
        server.refusal("v1/configmaps", map("n", ""));
        assertThat(server.server.names(VALIDATING, "labelSelector=set=yes")).containsExactly("v");
        server.server.send(Verb.DELETECOLLECTION, VALIDATING, "", "", "labelSelector=set=yes", null, null);
        server.create("v1/configmaps", map("n", ""));
    }

    @Test
    void conditionsAreCheckedKeptAndEvaluated() {
        hooks.on("/", r -> deny("no"));
        configure(
                VALIDATING,
                "v",
                "/",
                MAPS,
                ", matchConditions: [{name: c, expression: \"object.metadata.name != 'skip-me'\"}]");
        server.create("v1/configmaps", map("skip-me", ""));
        server.refusal("v1/configmaps", map("other", ""));
        assertThat(Trees.list(server.server.get(VALIDATING, "v"), "webhooks"))
                .extracting(w -> Trees.list(w, "matchConditions"))
                .containsExactly(List.of(Map.of("name", "c", "expression", "object.metadata.name != 'skip-me'")));
        assertThat(server.metric("apiserver_admission_match_condition_exclusions_total"))
                .endsWith("{name=\"v.example.com\",kind=\"webhook\",type=\"validating\",operation=\"CREATE\"} 1");
        ApiException wrong = TestServer.refusal(
                () -> configure(VALIDATING, "w", "/", MAPS, ", matchConditions: [{name: c, expression: 'object.'}]"));
        assertThat(wrong.getMessage()).contains("compilation failed");
        server.server.patch(
                VALIDATING,
                "v",
                "json",
                "[{'op':'replace','path':'/webhooks/0/matchConditions/0/expression','value':'object.data.zz == 1'}]");
        assertThat(server.refusal("v1/configmaps", map("m", "a: x")).getMessage())
                .isEqualTo("configmaps \"m\" is forbidden: expression 'object.data.zz == 1' resulted in error: no such"
                        + " key: zz");
    }

    @Test
    void dryRunsAskOnlyThoseWithoutSideEffects() {
        hooks.on("/", r -> Boolean.TRUE.equals(r.get("dryRun")) ? deny("dry") : allow());
        configure(VALIDATING, "v", "/", MAPS, "");
        assertThat(TestServer.refusal(
                                () -> server.server.create("v1/configmaps", "{'metadata':{'name':'m'}}", "dryRun=All"))
                        .getMessage())
                .isEqualTo(DENIED + ": dry");
    }

    @Test
    void objectsAreSelectedByTheirLabels() {
        hooks.on("/", r -> deny("no"));
        configure(VALIDATING, "v", "/", MAPS, ", objectSelector: {matchLabels: {watch: 'yes'}}");
        server.create("v1/configmaps", map("m", ""));
        server.refusal("v1/configmaps", "{metadata: {name: n, labels: {watch: 'yes'}}}");
    }

    @Test
    void clusterAndNamespacedObjectsAreToldApart() {
        hooks.on("/", r -> deny("no"));
        configure(
                VALIDATING,
                "v",
                "/",
                "{operations: [CREATE], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: Cluster}",
                "");
        server.create("v1/configmaps", map("m", ""));
        server.refusal("v1/namespaces", "{metadata: {name: new}}");
        server.refusal("scheduling.k8s.io/v1/priorityclasses", "{metadata: {name: high}, value: 5}");
    }
}
