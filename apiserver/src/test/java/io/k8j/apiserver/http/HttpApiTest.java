package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.model.json.Json;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server as a client sees it on the wire. */
class HttpApiTest {
    private static final String CONFIGMAPS = "/api/v1/namespaces/default/configmaps";

    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpRequest.Builder request(String path, String token) {
        return server.request(path, token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        return server.send(request);
    }

    private static HttpResponse<String> get(String path, String token) {
        return send(request(path, token));
    }

    private static HttpResponse<String> post(String path, String body) {
        return send(request(path, "root")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String configMap(String name, String value) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"},\"data\":{\"k\":\"%s\"}}"
                .formatted(name, value);
    }

    @Test
    void anonymousSeesHealthAndVersionOnly() throws Exception {
        assertThat(get("/livez", null).body()).isEqualTo("ok");
        assertThat(get("/version", null).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = get("/api/v1/pods", null);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body())
                .contains("pods is forbidden: User \\\"system:anonymous\\\" cannot list resource \\\"pods\\\"");
    }

    @Test
    void anUnknownTokenIsUnauthorized() throws Exception {
        HttpResponse<String> refused = get("/api/v1/pods", "nobody");

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("\"reason\":\"Unauthorized\"");
    }

    @Test
    void aUserWithoutRolesIsForbidden() throws Exception {
        assertThat(get(CONFIGMAPS, "bob").statusCode()).isEqualTo(403);
        assertThat(get("/apis/nope.example/v1/things", "bob").statusCode()).isEqualTo(403);
        assertThat(get("/apis/nope.example/v1/things", "root").statusCode()).isEqualTo(404);
    }

    @Test
    void onlySomeMayImpersonate() throws Exception {
        HttpResponse<String> refused = send(request(CONFIGMAPS, "bob").header("Impersonate-User", "root"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("cannot impersonate-on:user-info:list resource \\\"configmaps\\\"");

        HttpResponse<String> asBob = send(request(CONFIGMAPS, "root").header("Impersonate-User", "bob"));
        assertThat(asBob.statusCode()).isEqualTo(403);
        assertThat(asBob.body()).contains("User \\\"bob\\\" cannot list");
    }

    @Test
    void anObjectGoesInAndComesOutInTheFormThatIsAskedFor() throws Exception {
        assertThat(post(CONFIGMAPS, configMap("forms", "1")).statusCode()).isEqualTo(201);

        assertThat(get(CONFIGMAPS + "/forms", "root").body())
                .startsWith("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"");
        HttpResponse<String> table = send(request(CONFIGMAPS + "/forms", "root")
                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"));
        assertThat(table.body()).contains("\"kind\":\"Table\"").contains("\"cells\":[\"forms\"");
        HttpResponse<String> yaml = send(request(CONFIGMAPS + "/forms", "root").header("Accept", "application/yaml"));
        assertThat(yaml.body()).contains("kind: ConfigMap");
        HttpResponse<String> metadata = send(request(CONFIGMAPS, "root")
                .header("Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"));
        assertThat(metadata.body()).contains("PartialObjectMetadataList").doesNotContain("\"data\"");
    }

    @Test
    void whoeverIsRefusedEndpointsIsToldOfSlicesToo() {
        HttpResponse<String> refused = post(
                "/api/v1/namespaces/default/endpoints",
                "{\"kind\":\"Endpoints\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"},\"subsets\":5}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().allValues("Warning"))
                .containsExactly(
                        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"");
    }

    @Test
    void whoeverReadsEndpointsIsToldOfSlices() {
        String warning = "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"";
        assertThat(get("/api/v1/namespaces/default/endpoints", "root").headers().allValues("Warning"))
                .containsExactly(warning);
        assertThat(get("/api/v1/namespaces/default/endpoints/kubernetes", "root")
                        .headers()
                        .allValues("Warning"))
                .contains(warning);
        assertThat(get("/api/v1/namespaces/default/services", "root").headers().allValues("Warning"))
                .isEmpty();
    }

    @Test
    void itemsOfListsCarryNoKind() throws Exception {
        post(CONFIGMAPS, configMap("item", "1"));

        Map<String, Object> list = Json.parseObject(get(CONFIGMAPS, "root").body());

        assertThat(list).containsEntry("kind", "ConfigMapList");
        assertThat((List<?>) list.get("items"))
                .allSatisfy(item -> assertThat((Map<?, ?>) item)
                        .isNotEmpty()
                        .satisfies(map -> assertThat(map.containsKey("kind")).isFalse()));
    }

    @Test
    void whatCannotBeReadIsRefusedInUpstreamsWords() throws Exception {
        assertThat(post(CONFIGMAPS, "{").body())
                .contains("the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind;"
                        + " json parse error: unexpected end of JSON input ({)");
        assertThat(post(CONFIGMAPS, "[]").statusCode()).isEqualTo(400);
        HttpResponse<String> type = send(request(CONFIGMAPS, "root")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("x")));
        assertThat(type.statusCode()).isEqualTo(415);
        assertThat(send(request(CONFIGMAPS, "root").header("Accept", "image/png"))
                        .statusCode())
                .isEqualTo(406);
        assertThat(send(request(CONFIGMAPS, "root").PUT(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void aBodyOverThreeMebibytesIsRefused() throws Exception {
        HttpResponse<String> refused = post(CONFIGMAPS, configMap("big", "x".repeat(3 * 1024 * 1024)));

        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.body()).contains("RequestEntityTooLarge");
    }

    @Test
    void duplicateFieldsAreRefusedWhenStrict() throws Exception {
        String body =
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"dup\"},\"data\":{},\"data\":{}}";

        HttpResponse<String> refused = post(CONFIGMAPS + "?fieldValidation=Strict", body);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("duplicate field \\\"data\\\"");
    }

    @Test
    void aWatchTellsWhatHappens() throws Exception {
        HttpResponse<InputStream> watch = server.client.send(
                request(CONFIGMAPS + "?watch=true&fieldSelector=metadata.name%3Dwatched", "root")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
            post(CONFIGMAPS, configMap("watched", "1"));
            send(request(CONFIGMAPS + "/watched", "root").DELETE());

            assertThat(lines.readLine()).startsWith("{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\"");
            assertThat(lines.readLine()).startsWith("{\"type\":\"DELETED\"");
        }
    }

    @Test
    void aBusyWatchSendsInRoundsAndLeavesNothingOut() throws Exception {
        post(CONFIGMAPS, configMap("busy", "0"));
        HttpResponse<InputStream> answer = server.client.send(
                request(CONFIGMAPS + "?watch=true&fieldSelector=metadata.name%3Dbusy", "root")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).startsWith("{\"type\":\"ADDED\"");
            for (int i = 1; i <= 300; i++) {
                send(request(CONFIGMAPS + "/busy", "root")
                        .header("Content-Type", "application/merge-patch+json")
                        .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"data\":{\"k\":\"" + i + "\"}}")));
            }
            for (int i = 1; i <= 300; i++) {
                assertThat(lines.readLine())
                        .startsWith("{\"type\":\"MODIFIED\"")
                        .contains("\"k\":\"" + i + "\"")
                        .endsWith("}}");
            }
        }
    }

    @Test
    void largeAnswersAreCompressedForThoseWhoAskForIt() throws Exception {
        post(CONFIGMAPS, configMap("large", "y".repeat(200_000)));

        HttpResponse<InputStream> answer = server.client.send(
                request(CONFIGMAPS + "/large", "root")
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());

        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        try (GZIPInputStream body = new GZIPInputStream(answer.body())) {
            assertThat(Json.parseObject(body.readAllBytes())).containsEntry("kind", "ConfigMap");
        }
    }

    @Test
    void aLargeListComesWholeAlsoToASlowReader() throws Exception {
        for (int i = 0; i < 12; i++) {
            post(CONFIGMAPS, configMap("large-" + i, "x".repeat(400_000)));
        }
        HttpResponse<InputStream> answer =
                server.client.send(request(CONFIGMAPS, "root").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            byte[] first = body.readNBytes(1000); // what follows does not fit into the buffers between the two
            post(CONFIGMAPS, configMap("after", "y"));
            byte[] rest = body.readAllBytes();
            assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(first.length + rest.length);
            String all = new String(first, StandardCharsets.UTF_8) + new String(rest, StandardCharsets.UTF_8);
            assertThat((List<?>) Json.parseObject(all.getBytes(StandardCharsets.UTF_8))
                            .get("items"))
                    .hasSizeGreaterThanOrEqualTo(12);
        }
    }

    @Test
    void discoveryListsWhatIsServed() throws Exception {
        assertThat(get("/api", "root").body()).contains("\"versions\":[\"v1\"]");
        assertThat(get("/apis", "root").body()).contains("\"apps/v1\"");
        assertThat(get("/apis/apps/v1", "root").body()).contains("\"deployments/scale\"");
        HttpResponse<String> aggregated = send(request("/apis", "root")
                .header("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"));
        assertThat(aggregated.headers().firstValue("Content-Type").orElse("")).contains("APIGroupDiscoveryList");
        assertThat(get("/openapi/v3", "root").body()).contains("apis/apps/v1");
        assertThat(get("/metrics", "root").body()).contains("apiserver_request_total");
        assertThat(get("/openid/v1/jwks", "root").body()).contains("\"kty\":\"EC\"");
        assertThat(get("/nope", "root").statusCode()).isEqualTo(404);
    }

    @Test
    void aServiceAccountTokenIsRecognisedAndDiesWithItsAccount() throws Exception {
        String accounts = "/api/v1/namespaces/default/serviceaccounts";
        post(accounts, "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"robot\"}}");
        HttpResponse<String> issued = post(
                accounts + "/robot/token",
                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{\"expirationSeconds\":600}}");
        assertThat(issued.statusCode()).isEqualTo(201);
        String token = io.k8j.model.json.Trees.string(Json.parseObject(issued.body()), "status", "token");

        assertThat(get(CONFIGMAPS, token).body())
                .contains("User \\\"system:serviceaccount:default:robot\\\" cannot list");
        send(request(accounts + "/robot", "root").DELETE());
        assertThat(get(CONFIGMAPS, token).statusCode()).isEqualTo(401);
    }

    @Test
    void anAcceptHeaderThatSaysNothingIsRefusedAsSuch() {
        for (String nothing : List.of(";", ";;", "; ;as=Table")) {
            for (String path : List.of("/apis", "/api/v1/namespaces", "/statusz")) {
                HttpResponse<String> answer = send(request(path, "root").header("Accept", nothing));
                assertThat(answer.statusCode()).as(path + " " + nothing).isBetween(200, 499);
            }
        }
    }

    @Test
    void aRefusalIsNeitherATableNorBareMetadata() {
        String path = "/api/v1/namespaces/default/configmaps/nope";
        String metadata = ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        for (String accept : List.of(
                "application/vnd.kubernetes.protobuf" + metadata + ",application/json" + metadata + ",application/json",
                "application/yaml;as=Table;g=meta.k8s.io;v=v1",
                "text/html")) {
            HttpResponse<String> answer =
                    server.send(server.request(path, "root").header("Accept", accept));
            assertThat(answer.statusCode()).isIn(404, 406);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(answer.body().startsWith("{\n  \"kind\": \"Status\""))
                    .as(accept)
                    .isEqualTo(!accept.endsWith(",application/json"));
        }
    }
}
