package io.k8j.apiserver.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An extension API server behind this one, as the conformance test of the sample API server has it. */
class AggregationTest {
    private static final String SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
    private static final String WARDLE = "/apis/wardle.example.com/v1";
    private SampleServer sample;
    private HttpTestServer server;

    @BeforeEach
    void start() throws Exception {
        sample = new SampleServer();
        KeyPair keys = SampleServer.keys();
        X509Certificate own = SampleServer.certificate(FrontProxy.NAME, keys, FrontProxy.NAME);
        FrontProxy identity = new FrontProxy(keys.getPrivate(), List.of(own), SampleServer.pem(own));
        server = new HttpTestServer(Operations.DEFAULTS.withFrontProxy(() -> identity));
    }

    @AfterEach
    void stop() {
        server.close();
        sample.close();
    }

    private void service() {
        server.post("/api/v1/namespaces", "{'metadata':{'name':'ext'}}");
        server.post(
                "/api/v1/namespaces/ext/services",
                "{'metadata':{'name':'sample'},'spec':{'type':'ExternalName','externalName':'localhost'}}");
    }

    private void register(String trust) {
        HttpResponse<String> made = server.post(
                SERVICES,
                ("{'metadata':{'name':'v1.wardle.example.com'},'spec':{'group':'wardle.example.com','version':'v1',%s,"
                                + "'groupPriorityMinimum':2000,'versionPriority':200,'service':{'namespace':'ext','name':"
                                + "'sample','port':%d}}}")
                        .formatted(trust, sample.port()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    }

    private Map<String, Object> condition(String name) {
        List<Object> conditions = Trees.list(server.json(SERVICES + "/" + name), "status", "conditions");
        return conditions.isEmpty() ? Map.of() : Trees.map(conditions.getFirst());
    }

    private void awaitReason(String reason) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(condition("v1.wardle.example.com")).containsEntry("reason", reason));
    }

    @Test
    void requestsGoToTheServerBehindWithTheUsersNameAndOurCertificate() {
        service();
        register("'caBundle':'" + sample.caBundle + "'");
        awaitReason("Passed");
        assertThat(condition("v1.wardle.example.com"))
                .containsEntry("status", "True")
                .containsEntry("message", "all checks passed");
        sample.asked.clear();
        HttpResponse<String> answer =
                server.send(server.request(WARDLE + "/namespaces/default/flunders/a?x=1%202", "root")
                        .header("X-Remote-User", "somebody-else"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Sample")).contains("yes");
        assertThat(answer.body()).contains(WARDLE + "/namespaces/default/flunders/a?x=1%202");
        SampleServer.Asked asked = sample.asked.stream()
                .filter(a -> a.what().contains("flunders/a"))
                .findFirst()
                .orElseThrow();
        assertThat(asked.certificate()).isEqualTo("CN=" + FrontProxy.NAME);
        assertThat(asked.identity().get("X-remote-user")).containsExactly("root");
        assertThat(asked.identity().get("X-remote-group")).containsExactly("system:masters", "system:authenticated");
        HttpResponse<String> gone = server.get(WARDLE + "/namespaces/default/flunders/gone");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body()).isEqualTo("{\"kind\":\"Status\",\"code\":404}");
        assertThat(server.send(server.request(WARDLE + "/namespaces/default/flunders/a", "bob"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void readsOfThisProcessGoThereToo() {
        service();
        register("'caBundle':'" + sample.caBundle + "'");
        awaitReason("Passed");
        sample.asked.clear();
        ApiTransport direct = server.server.core().transport(UserInfo.of("controller", "system:masters"), "test");
        GroupVersionResource flunders = new GroupVersionResource("wardle.example.com", "v1", "flunders");
        Map<String, String> query = Map.of("metricLabelSelector", "a=b c");
        ApiCall values = new ApiCall(Verb.GET, flunders, "default", "*", "sizes", query, null, null);
        assertThat(direct.call(values).object().json())
                .asString(StandardCharsets.UTF_8)
                .contains("/flunders/*/sizes");
        SampleServer.Asked asked = sample.asked.stream()
                .filter(a -> a.what().contains("sizes"))
                .findFirst()
                .orElseThrow();
        assertThat(asked.what())
                .isEqualTo("GET " + WARDLE + "/namespaces/default/flunders/*/sizes?metricLabelSelector=a%3Db%20c");
        assertThat(asked.identity().get("X-remote-user")).containsExactly("controller");
        ApiCall gone = new ApiCall(Verb.GET, flunders, "default", "gone", "", Map.of(), null, null);
        assertThatThrownBy(() -> direct.call(gone))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
        ApiCall write = new ApiCall(Verb.DELETE, flunders, "default", "a", "", Map.of(), null, null);
        assertThatThrownBy(() -> direct.call(write))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(405));
        ApiTransport nobody = server.server.core().transport(UserInfo.of("nobody"), "test");
        assertThatThrownBy(() -> nobody.call(values))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(403));
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailableToThisProcessToo() {
        service();
        register("'caBundle':'" + sample.caBundle + "'");
        awaitReason("Passed");
        sample.close();
        ApiTransport direct = server.server.core().transport(UserInfo.of("controller", "system:masters"), "test");
        GroupVersionResource flunders = new GroupVersionResource("wardle.example.com", "v1", "flunders");
        assertThatThrownBy(() -> direct.call(new ApiCall(Verb.LIST, flunders, "default", "", "", Map.of(), null, null)))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(503))
                .hasMessage("the server is currently unable to handle the request");
    }

    @Test
    void documentsAreMerged() {
        service();
        register("'insecureSkipTLSVerify':true");
        awaitReason("Passed");
        assertThat(Json.writeString(server.json("/apis/wardle.example.com")))
                .contains("\"preferredVersion\":{\"groupVersion\":\"wardle.example.com/v1\",\"version\":\"v1\"}");
        List<String> groups = Trees.list(server.json("/apis"), "groups").stream()
                .map(g -> Trees.string(g, "name"))
                .toList();
        assertThat(groups).contains("apps", "wardle.example.com");
        assertThat(groups.getFirst()).isEqualTo("apiregistration.k8s.io");
        assertThat(server.json(WARDLE)).containsEntry("groupVersion", "wardle.example.com/v1");
        Awaitility.await().untilAsserted(() -> {
            String aggregated = server.send(server.request("/apis", "root")
                            .header("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"))
                    .body();
            assertThat(aggregated)
                    .contains("\"resource\":\"flunders\"", "\"subresource\":\"status\"", "\"shortNames\":[\"fl\"]");
            assertThat(Json.writeString(server.json("/openapi/v3")))
                    .contains("/openapi/v3/apis/wardle.example.com/v1?hash=AB");
            assertThat(server.get("/openapi/v2").body())
                    .contains("com.example.wardle.v1.Flunder", "io.k8s.api.core.v1.Pod")
                    .doesNotContain("\"/healthz\"");
        });
        assertThat(server.get("/openapi/v3/apis/wardle.example.com/v1?hash=AB").body())
                .isEqualTo("{\"openapi\":\"3.0.0\"}");
    }

    @Test
    void anOldServersSecondDocumentBecomesItsThird() {
        sample.hasThird = false;
        service();
        register("'insecureSkipTLSVerify':true");
        awaitReason("Passed");
        String path = "apis/wardle.example.com/v1";
        Awaitility.await()
                .untilAsserted(() -> assertThat(Trees.get(server.json("/openapi/v3"), "paths", path))
                        .isNotNull());
        String address = Trees.string(server.json("/openapi/v3"), "paths", path, "serverRelativeURL");
        assertThat(address).startsWith("/openapi/v3/" + path + "?hash=");
        HttpResponse<String> document = server.get(address);
        assertThat(document.headers().firstValue("Cache-Control")).contains("public, immutable");
        assertThat(Json.parseObject(document.body())).isEqualTo(Json.parseObject("""
                    {"openapi":"3.0.0","info":{"title":"w","version":"1"},
                     "paths":{"/apis/wardle.example.com/v1/":{},"/healthz":{}},"components":{"schemas":
                     {"com.example.wardle.v1.Flunder":{"type":"object","description":"a fish"}}}}
                    """.getBytes(StandardCharsets.UTF_8)));
        HttpResponse<String> moved = server.get("/openapi/v3/" + path + "?hash=OLD");
        assertThat(moved.headers().firstValue("Location")).contains(address);
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() {
        register("'insecureSkipTLSVerify':true");
        awaitReason("ServiceNotFound");
        assertThat(condition("v1.wardle.example.com"))
                .containsEntry("message", "service/sample in \"ext\" is not present");
        HttpResponse<String> answer = server.get(WARDLE + "/flunders");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("service unavailable\n");
        sample.discoveryStatus = 500;
        service();
        awaitReason("FailedDiscoveryCheck");
        assertThat(String.valueOf(condition("v1.wardle.example.com").get("message")))
                .contains("bad status from https://localhost:" + sample.port() + WARDLE + ": 500");
        sample.discoveryStatus = 200;
        server.post("/api/v1/namespaces", "{'metadata':{'name':'other'}}");
        Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(condition("v1.wardle.example.com")).containsEntry("reason", "Passed"));
        assertThat(server.get(WARDLE + "/flunders").statusCode()).isEqualTo(200);
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotTrusted() throws Exception {
        service();
        X509Certificate other = SampleServer.certificate("other", SampleServer.keys(), "other");
        String bundle = java.util.Base64.getEncoder()
                .encodeToString(SampleServer.pem(other).getBytes());
        register("'caBundle':'" + bundle + "'");
        awaitReason("FailedDiscoveryCheck");
        assertThat(sample.asked).isEmpty();
    }

    @Test
    void endpointsAreLookedAtBeforeTheServerIsAsked() {
        server.post("/api/v1/namespaces", "{'metadata':{'name':'ext'}}");
        server.post(
                "/api/v1/namespaces/ext/services",
                "{'metadata':{'name':'sample'},'spec':{'ports':[{'port':443,'name':'https'}]}}");
        register("'insecureSkipTLSVerify':true");
        awaitReason("ServicePortError");
        server.send(
                "PATCH",
                "/api/v1/namespaces/ext/services/sample",
                ("{\"spec\":{\"ports\":[{\"port\":%d,\"name\":\"https\"}]}}").formatted(sample.port()));
        HttpResponse<String> patched = server.send(server.request("/api/v1/namespaces/ext/services/sample", "root")
                .header("Content-Type", "application/merge-patch+json")
                .method(
                        "PATCH",
                        java.net.http.HttpRequest.BodyPublishers.ofString(
                                ("{\"spec\":{\"ports\":[{\"port\":%d,\"name\":\"https\"}]}}")
                                        .formatted(sample.port()))));
        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
        awaitReason("EndpointsNotFound");
        server.post(
                "/apis/discovery.k8s.io/v1/namespaces/ext/endpointslices",
                "{'metadata':{'name':'s','labels':{'kubernetes.io/service-name':'sample'}},'addressType':'IPv4',"
                        + "'endpoints':[{'addresses':['10.1.2.3'],'conditions':{'ready':false}}],'ports':[{'name':'https',"
                        + "'port':443}]}");
        awaitReason("MissingEndpoints");
        assertThat(condition("v1.wardle.example.com"))
                .containsEntry(
                        "message",
                        "endpointslices for service/sample in \"ext\" have no addresses with port name \"https\"");
    }

    @Test
    void whatThisServerServesHasApiServicesToo() {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(server.get(SERVICES + "/v1.apps").statusCode())
                                .isEqualTo(200));
        Map<String, Object> apps = server.json(SERVICES + "/v1.apps");
        assertThat(Json.writeString(apps.get("spec")))
                .isEqualTo(
                        "{\"group\":\"apps\",\"version\":\"v1\",\"groupPriorityMinimum\":17800,\"versionPriority\":15}");
        assertThat(Trees.map(apps, "metadata", "labels"))
                .containsEntry("kube-aggregator.kubernetes.io/automanaged", "onstart");
        assertThat(condition("v1.apps"))
                .containsEntry("status", "True")
                .containsEntry("reason", "Local")
                .containsEntry("message", "Local APIServices are always available");
        assertThat(server.json(SERVICES + "/v1.").get("kind")).isEqualTo("APIService");
        server.post(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                "{'metadata':{'name':'tabs.a.b'},'spec':{'group':'a.b','scope':'Cluster','names':{'plural':'tabs','kind':"
                        + "'Tab'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':"
                        + "{'type':'object'}}}]}}");
        Awaitility.await()
                .untilAsserted(() -> assertThat(Trees.map(server.json(SERVICES + "/v1.a.b"), "metadata", "labels"))
                        .containsEntry("kube-aggregator.kubernetes.io/automanaged", "true"));
        server.send("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tabs.a.b", "");
        Awaitility.await()
                .untilAsserted(() -> assertThat(server.get(SERVICES + "/v1.a.b").statusCode())
                        .isEqualTo(404));
    }

    @Test
    void serversBehindLearnWhomToTrust() {
        String path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
        Awaitility.await().until(() -> server.get(path).statusCode() == 200);
        Map<String, Object> data = Trees.map(server.json(path), "data");
        assertThat(data)
                .containsEntry("requestheader-allowed-names", "[\"front-proxy-client\"]")
                .containsEntry("requestheader-username-headers", "[\"X-Remote-User\"]")
                .containsEntry("requestheader-group-headers", "[\"X-Remote-Group\"]")
                .containsEntry("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]");
        assertThat(String.valueOf(data.get("requestheader-client-ca-file"))).startsWith("-----BEGIN CERTIFICATE-----");
    }
}
