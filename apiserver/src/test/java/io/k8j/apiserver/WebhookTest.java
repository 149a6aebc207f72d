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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Admission webhooks through the API. */
class WebhookTest {
    private static final String GROUP = "admissionregistration.k8s.io/v1/";
    private static final String VALIDATING = GROUP + "validatingwebhookconfigurations";
    private static final String MUTATING = GROUP + "mutatingwebhookconfigurations";
    private static final String MAPS =
            "{operations: ['*'], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}";
    private static final String DENIED = "admission webhook \"v.example.com\" denied the request";

    private final AdmittingServer server = new AdmittingServer();
    private HookServer hooks;

    @BeforeEach
    void start() throws Exception {
        hooks = new HookServer();
    }

    @AfterEach
    void stop() {
        hooks.close();
        server.close();
    }

    private void configure(String resource, String name, String path, String rule, String more) {
        server.create(
                resource,
                "{metadata: {name: " + name + ", labels: {set: 'yes'}}, webhooks: [{name: " + name + ".example.com, "
                        + hooks.client(path) + ", rules: [" + rule
                        + "], admissionReviewVersions: [v1, v1beta1], sideEffects: None" + more + "}]}");
    }

    private static String map(String name, String data) {
        return "{metadata: {name: " + name + "}, data: {" + data + "}}";
    }

    private void thing(String versions) {
        server.create(
                "apiextensions.k8s.io/v1/customresourcedefinitions",
                "{metadata: {name: things.a.b}, spec: {group: a.b, scope: Namespaced, names: {plural: things, kind:"
                        + " Thing}, versions: [" + versions + "]}}");
        Awaitility.await().until(() -> server.server.core.table().get(TestServer.gvr("a.b/v1/things")) != null);
    }

    private static String version(String name, boolean stored) {
        return "{name: " + name + ", served: true, storage: " + stored
                + ", schema: {openAPIV3Schema: {type: object, properties: {data: {type: object, properties: {a: {type:"
                + " string}, b: {type: string}}}}}}}";
    }

    record Answer(String name, String response, String message, int code) {}

    static List<Answer> answers() {
        return List.of(
                new Answer("a message", "{allowed: false, status: {message: no, code: 403}}", DENIED + ": no", 403),
                new Answer("nothing", "{allowed: false}", DENIED + " without explanation", 400),
                new Answer(
                        "a reason",
                        "{allowed: false, status: {reason: Conflict, code: 409}}",
                        DENIED + ": Conflict",
                        409),
                new Answer(
                        "a code that is none",
                        "{allowed: false, status: {message: no, code: 200}}",
                        DENIED + ": no",
                        400));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void refusalsArePassedOn(Answer a) {
        hooks.on("/", request -> Yaml.tree(a.response()));
        configure(VALIDATING, "v", "/", MAPS, "");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.getMessage()).as(a.name()).isEqualTo(a.message());
        assertThat(refusal.code()).isEqualTo(a.code());
        assertThat(server.metric("apiserver_admission_webhook_rejection_count"))
                .contains("name=\"v.example.com\",type=\"validating\",operation=\"CREATE\",error_type=\"no_error\"");
    }

    record Invalid(String name, boolean mutating, String answer, String message) {}

    static List<Invalid> invalid() {
        String v1 = "'apiVersion':'admission.k8s.io/v1','kind':'AdmissionReview'";
        return List.of(
                new Invalid(
                        "no response",
                        false,
                        "{" + v1 + "}",
                        "received invalid webhook response: webhook response was absent"),
                new Invalid(
                        "another uid",
                        false,
                        "{" + v1 + ",'response':{'uid':'x','allowed':true}}",
                        "received invalid webhook response: expected response.uid=\""),
                new Invalid(
                        "another version",
                        false,
                        "{'apiVersion':'admission.k8s.io/v1beta1','kind':'AdmissionReview','response':{'uid':'UID'}}",
                        "received invalid webhook response: expected webhook response of admission.k8s.io/v1,"
                                + " Kind=AdmissionReview, got admission.k8s.io/v1beta1, Kind=AdmissionReview"),
                new Invalid(
                        "a patch that validates",
                        false,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patchType':'JSONPatch','patch':'W10='}}",
                        "received invalid webhook response: validating webhook may not return response.patch"),
                new Invalid(
                        "a patch without type",
                        true,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patch':'W10='}}",
                        "received invalid webhook response: webhook returned response.patch but not"
                                + " response.patchType"),
                new Invalid(
                        "a patch that is none",
                        true,
                        "{" + v1 + ",'response':{'uid':'UID','allowed':true,'patchType':'JSONPatch','patch':'e30='}}",
                        "received undecodable patch in webhook response: "),
                new Invalid(
                        "no JSON",
                        false,
                        "hello",
                        "failed to call webhook: couldn't get version/kind; json parse error: "));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void answersThatAreNoneRefuseUnlessTheyMayBeIgnored(Invalid i) {
        hooks.raw("/", review -> i.answer().replace('\'', '"').replace("UID", Trees.string(review, "request", "uid")));
        String resource = i.mutating() ? MUTATING : VALIDATING;
        configure(resource, "v", "/", MAPS, "");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.getMessage())
                .as(i.name())
                .startsWith("Internal error occurred: failed calling webhook \"v.example.com\": " + i.message());
        assertThat(refusal.code()).isEqualTo(500);
        server.server.patch(
                resource, "v", "json", "[{'op':'replace','path':'/webhooks/0/failurePolicy','value':'Ignore'}]");
        server.create("v1/configmaps", map("m", ""));
        assertThat(server.annotations.getLast().toString())
                .contains("failed-open." + (i.mutating() ? "mutation" : "validating"));
    }

    @Test
    void theReviewTellsEverything() {
        hooks.on("/", request -> allow());
        configure(VALIDATING, "v", "/", MAPS, "");
        server.create("v1/configmaps", map("m", "a: x"));
        server.server.patch("v1/configmaps", "m", "merge", "{'data':{'a':'y'}}");
        server.server.delete("v1/configmaps", "m", "");
        Map<String, Object> create = hooks.requests.get(0);
        assertThat(create.keySet())
                .contains("uid", "kind", "resource", "requestKind", "requestResource", "name", "namespace", "operation")
                .contains("userInfo", "object", "dryRun", "options");
        assertThat(Trees.string(create, "options", "kind")).isEqualTo("CreateOptions");
        assertThat(Trees.string(create, "object", "data", "a")).isEqualTo("x");
        assertThat(create.get("oldObject")).isNull();
        assertThat(Trees.string(hooks.requests.get(1), "operation")).isEqualTo("UPDATE");
        assertThat(Trees.string(hooks.requests.get(1), "oldObject", "data", "a"))
                .isEqualTo("x");
        assertThat(hooks.requests.get(2).get("object")).isNull();
        assertThat(Trees.string(hooks.requests.get(2), "oldObject", "data", "a"))
                .isEqualTo("y");
    }

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
    void aSilentWebhookTimesOut() {
        hooks.silent("/");
        configure(VALIDATING, "v", "/", MAPS, ", timeoutSeconds: 1");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .startsWith("Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook:"
                        + " Post \"https://127.0.0.1:")
                .endsWith("?timeout=1s\": context deadline exceeded");
        server.server.patch(
                VALIDATING, "v", "json", "[{'op':'replace','path':'/webhooks/0/failurePolicy','value':'Ignore'}]");
        server.create("v1/configmaps", map("m", ""));
        assertThat(server.metric("apiserver_admission_webhook_fail_open_count"))
                .endsWith("{name=\"v.example.com\",type=\"validating\"} 1");
    }

    @Test
    void aWebhookThatIsNotTrustedOrNotThereClosesTheGate() {
        server.create(
                VALIDATING,
                "{metadata: {name: v}, webhooks: [{name: v.example.com, clientConfig: {url: 'https://127.0.0.1:"
                        + hooks.server.getAddress().getPort() + "/'}, rules: [" + MAPS
                        + "], admissionReviewVersions: [v1], sideEffects: None}]}");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .endsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority");
        server.server.patch(
                VALIDATING,
                "v",
                "json",
                "[{'op':'replace','path':'/webhooks/0/clientConfig','value':{'service':{'namespace':'rec','name':'hook'}}}]");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .isEqualTo("Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook:"
                        + " Post \"https://hook.rec.svc:443?timeout=10s\": service \"hook\" not found");
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
    void warningsAndAnnotationsArePassedOn() {
        hooks.on("/", r -> Yaml.tree("{allowed: true, warnings: [careful], auditAnnotations: {key: value}}"));
        configure(VALIDATING, "v", "/", MAPS, "");
        assertThat(server.warnings("v1/configmaps", map("m", ""))).containsExactly("careful");
        assertThat(server.annotations.getLast()).containsEntry("v.example.com/key", "value");
    }

    @Test
    void aPatchThatDoesNotFitIsAnInternalError() {
        hooks.on("/", r -> patch("[{'op':'remove','path':'/data/zz'}]"));
        configure(MUTATING, "a", "/", MAPS, ", failurePolicy: Ignore");
        ApiException refusal = server.refusal("v1/configmaps", map("m", "a: x"));
        assertThat(refusal.code()).isEqualTo(500);
        assertThat(refusal.getMessage()).startsWith("Internal error occurred: ");
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
