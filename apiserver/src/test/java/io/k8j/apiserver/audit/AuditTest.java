package io.k8j.apiserver.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Trees;
import io.k8j.model.time.SystemTime;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is recorded of requests over HTTP. */
class AuditTest {
    private static final String CONFIGMAPS = "/api/v1/namespaces/default/configmaps";

    private final List<Map<String, Object>> events = new CopyOnWriteArrayList<>();
    private volatile boolean broken;
    private HttpTestServer api;

    private final AuditSink sink = new AuditSink() {
        @Override
        public boolean process(List<Map<String, Object>> some) {
            if (broken) return false;
            events.addAll(some);
            return true;
        }

        @Override
        public void close() {}
    };

    private HttpTestServer start(String policy) {
        String text = "{apiVersion: audit.k8s.io/v1, kind: Policy, " + policy + "}";
        AuditPolicy rules = AuditPolicyFile.read("p", text.getBytes(StandardCharsets.UTF_8));
        api = new HttpTestServer(
                Operations.DEFAULTS.withAuditor(new Auditor(rules, sink, new AuditMetrics(), new SystemTime())));
        events.clear();
        return api;
    }

    @AfterEach
    void stop() {
        api.close();
    }

    /** The events of a URI once there are so many; the last one of a request comes after its answer. */
    private List<Map<String, Object>> of(String uri, int count) {
        Awaitility.await().until(() -> of(uri).size() >= count);
        return of(uri);
    }

    private List<Map<String, Object>> of(String uri) {
        return events.stream().filter(e -> uri.equals(e.get("requestURI"))).toList();
    }

    private static String configMap(String name) {
        return "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'" + name + "'},'data':{'k':'v'}}";
    }

    @Test
    void aCreationIsRecordedWithAllThatIsKnownInUpstreamsOrder() {
        start("rules: [{level: RequestResponse}]");
        var answer = api.send(api.request(CONFIGMAPS, "root")
                .header("Content-Type", "application/json")
                .header("User-Agent", "tester/1")
                .header("Audit-ID", "my-own-id")
                .header("X-Forwarded-For", "10.1.2.3, nonsense")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                        configMap("one").replace('\'', '"'))));

        assertThat(answer.headers().firstValue("Audit-Id")).contains("my-own-id");
        List<Map<String, Object>> both = of(CONFIGMAPS, 2);
        assertThat(both).extracting(e -> e.get("stage")).containsExactly("RequestReceived", "ResponseComplete");
        Map<String, Object> first = both.getFirst();
        assertThat(first).doesNotContainKeys("responseStatus", "requestObject", "annotations");
        assertThat(first.get("requestReceivedTimestamp")).isEqualTo(first.get("stageTimestamp"));
        Map<String, Object> last = both.getLast();
        assertThat(last.keySet())
                .containsExactly(
                        "kind",
                        "apiVersion",
                        "level",
                        "auditID",
                        "stage",
                        "requestURI",
                        "verb",
                        "user",
                        "sourceIPs",
                        "userAgent",
                        "objectRef",
                        "responseStatus",
                        "requestObject",
                        "responseObject",
                        "requestReceivedTimestamp",
                        "stageTimestamp",
                        "annotations");
        assertThat(last)
                .containsEntry("auditID", "my-own-id")
                .containsEntry("verb", "create")
                .containsEntry("level", "RequestResponse")
                .containsEntry("userAgent", "tester/1")
                .containsEntry("sourceIPs", List.of("10.1.2.3", "127.0.0.1"));
        assertThat(Trees.map(last, "user"))
                .containsEntry("username", "root")
                .containsEntry("groups", List.of("system:masters", "system:authenticated"));
        assertThat(Trees.map(last, "objectRef"))
                .isEqualTo(Map.of("resource", "configmaps", "namespace", "default", "name", "one", "apiVersion", "v1"));
        assertThat(Trees.map(last, "responseStatus")).isEqualTo(Map.of("metadata", Map.of(), "code", 201));
        assertThat(Trees.get(last, "requestObject", "data", "k")).isEqualTo("v");
        assertThat(Trees.string(last, "responseObject", "metadata", "uid")).isNotEmpty();
        assertThat(Trees.map(last, "annotations"))
                .containsEntry("authorization.k8s.io/decision", "allow")
                .containsKey("authorization.k8s.io/reason");
        assertThat(String.valueOf(last.get("stageTimestamp"))).matches("\\d{4}-.*T.*\\.\\d{6}Z");
    }

    @Test
    void levelsLeaveOutObjects() {
        start("rules: [{level: Request, verbs: [create]}, {level: Metadata, verbs: [patch], resources: [{group: '',"
                + " resources: [configmaps]}]}, {level: None}]");
        api.post(CONFIGMAPS, configMap("one"));
        api.send(api.request(CONFIGMAPS + "/one", "root")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString("{\"data\":{\"k\":\"w\"}}")));
        api.get(CONFIGMAPS + "/one");

        assertThat(of(CONFIGMAPS, 2).getLast()).containsKey("requestObject").doesNotContainKey("responseObject");
        assertThat(of(CONFIGMAPS + "/one", 2))
                .extracting(e -> e.get("verb") + " " + e.get("stage"))
                .containsExactly("patch RequestReceived", "patch ResponseComplete");
        assertThat(of(CONFIGMAPS + "/one").getLast()).doesNotContainKeys("requestObject", "responseObject");
        assertThat(api.get("/metrics").body()).contains("apiserver_audit_level_total{level=\"Metadata\"} 1");
    }

    @Test
    void managedFieldsAndStagesCanBeLeftOut() {
        start("omitStages: [RequestReceived], omitManagedFields: true, rules: [{level: RequestResponse,"
                + " omitManagedFields: false, verbs: [create]}, {level: RequestResponse}]");
        api.post(CONFIGMAPS, configMap("one"));
        api.get(CONFIGMAPS + "/one");
        api.get(CONFIGMAPS);

        assertThat(Trees.list(of(CONFIGMAPS, 2).getFirst(), "responseObject", "metadata", "managedFields"))
                .isNotEmpty();
        assertThat(Trees.map(of(CONFIGMAPS + "/one", 1).getLast(), "responseObject", "metadata"))
                .containsKey("uid")
                .doesNotContainKey("managedFields");
        assertThat(events).noneMatch(e -> e.get("stage").equals("RequestReceived"));
        assertThat(Trees.list(of(CONFIGMAPS).getLast(), "responseObject", "items")
                        .toString())
                .contains("one")
                .doesNotContain("managedFields");
    }

    @Test
    void refusalsAreRecordedWithTheirStatus() {
        start("rules: [{level: Metadata}]");
        api.send(api.request(CONFIGMAPS, "bob"));
        api.get(CONFIGMAPS + "/missing");
        api.send(api.request(CONFIGMAPS, "nobody"));

        Map<String, Object> forbidden = of(CONFIGMAPS, 3).stream()
                .filter(e -> e.get("stage").equals("ResponseComplete"))
                .findFirst()
                .orElseThrow();
        assertThat(Trees.map(forbidden, "responseStatus"))
                .containsEntry("status", "Failure")
                .containsEntry("reason", "Forbidden")
                .containsEntry("code", 403);
        assertThat(Trees.map(forbidden, "annotations")).containsEntry("authorization.k8s.io/decision", "forbid");
        assertThat(Trees.map(of(CONFIGMAPS + "/missing", 2).getLast(), "responseStatus"))
                .containsEntry("reason", "NotFound")
                .containsEntry("code", 404);
        Map<String, Object> unknown = of(CONFIGMAPS).stream()
                .filter(e -> e.get("stage").equals("ResponseStarted"))
                .findFirst()
                .orElseThrow();
        assertThat(unknown).containsEntry("user", Map.of());
        assertThat(Trees.map(unknown, "responseStatus"))
                .containsEntry("code", 401L)
                .containsEntry("reason", "Unauthorized");
    }

    @Test
    void impersonationShowsBothUsers() {
        start("rules: [{level: Metadata, users: [root]}]");
        api.send(api.request(CONFIGMAPS, "root").header("Impersonate-User", "bob"));

        Map<String, Object> last = of(CONFIGMAPS, 2).getLast();
        assertThat(Trees.string(last, "user", "username")).isEqualTo("root");
        assertThat(Trees.string(last, "impersonatedUser", "username")).isEqualTo("bob");
        assertThat(Trees.string(last, "responseStatus", "message")).contains("User \"bob\" cannot list");
    }

    @Test
    void aWatchIsRecordedWhenItBeginsToAnswerAndWhenItEnds() throws Exception {
        start("rules: [{level: Metadata}]");
        String uri = CONFIGMAPS + "?watch=true";
        HttpResponse<InputStream> watch =
                api.client.send(api.request(uri, "root").build(), HttpResponse.BodyHandlers.ofInputStream());

        assertThat(of(uri, 2)).extracting(e -> e.get("stage")).containsExactly("RequestReceived", "ResponseStarted");
        watch.body().close();
        Awaitility.await().until(() -> of(uri).size() == 3);
        assertThat(of(uri).getLast()).containsEntry("stage", "ResponseComplete").containsEntry("verb", "watch");
    }

    @Test
    void callsOfComponentsInThisProcessAreRecordedToo() {
        start("rules: [{level: Metadata}]");
        var transport = api.server
                .core()
                .transport(
                        io.k8j.apiserver.spi.UserInfo.of("system:kube-scheduler", "system:masters"), "kube-scheduler");
        transport.call(new io.k8j.model.api.ApiCall(
                io.k8j.model.api.Verb.LIST,
                new io.k8j.model.resource.GroupVersionResource("apps", "v1", "deployments"),
                "default",
                "",
                "",
                Map.of("limit", "5"),
                null,
                null));

        List<Map<String, Object>> both = of("/apis/apps/v1/namespaces/default/deployments?limit=5", 2);
        assertThat(both).extracting(e -> e.get("stage")).containsExactly("RequestReceived", "ResponseComplete");
        assertThat(both.getLast()).containsEntry("userAgent", "kube-scheduler");
    }

    @Test
    void aStrictSinkThatFailsRefusesTheRequest() {
        start("rules: [{level: Metadata}]");
        broken = true;
        var refused = api.post(CONFIGMAPS, configMap("never"));

        assertThat(refused.statusCode()).isEqualTo(500);
        assertThat(refused.body()).contains("failed to store audit event");
        broken = false;
        assertThat(api.get(CONFIGMAPS + "/never").statusCode()).isEqualTo(404);
    }

    @Test
    void pathsOutsideTheApiHaveRulesOfTheirOwn() {
        start("rules: [{level: None, nonResourceURLs: ['/livez*', '/metrics']}, {level: Metadata, nonResourceURLs:"
                + " ['*']}]");
        api.get("/livez/ping");
        api.get("/version?x=1");
        api.get(CONFIGMAPS);

        of("/version?x=1", 2);
        assertThat(events).extracting(e -> e.get("requestURI")).containsOnly("/version?x=1");
        assertThat(events.getLast()).containsEntry("verb", "get").doesNotContainKey("objectRef");
    }

    @Test
    void admissionsNotesAreRecorded() {
        start("rules: [{level: Metadata}]");
        api.post(
                "/api/v1/namespaces",
                "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'strict','labels':{"
                        + "'pod-security.kubernetes.io/audit':'restricted','pod-security.kubernetes.io/enforce':'privileged'}}}");
        api.post(
                "/api/v1/namespaces/strict/serviceaccounts",
                "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'default'}}");
        var made = api.post(
                "/api/v1/namespaces/strict/pods",
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(Trees.map(of("/api/v1/namespaces/strict/pods", 2).getLast(), "annotations"))
                .containsEntry("pod-security.kubernetes.io/enforce-policy", "privileged:latest")
                .hasEntrySatisfying(
                        "pod-security.kubernetes.io/audit-violations",
                        value -> assertThat(String.valueOf(value))
                                .startsWith("would violate PodSecurity \"restricted:latest\""));
    }

    @Test
    void withoutAPolicyNothingIsBound() {
        api = new HttpTestServer(Operations.DEFAULTS);
        assertThat(api.get("/version").headers().firstValue("Audit-Id")).isPresent();
        assertThat(api.get("/metrics").body()).doesNotContain("apiserver_audit_event_total");
        assertThat(new ArrayList<>(events)).isEmpty();
    }
}
