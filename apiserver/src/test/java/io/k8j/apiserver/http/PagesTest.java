package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server has beside objects, and what it says of paths that lead nowhere, as upstream's 1.36 answers them. */
class PagesTest {
    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> get(String path, String accept) {
        return server.send(server.request(path, "root").setHeader("Accept", accept));
    }

    private static String type(HttpResponse<String> answer) {
        return answer.headers().firstValue("Content-Type").orElse("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/healthz/x", "/metrics/x", "/logs", "/openapi/v2/", "/apis/nope.example"})
    void aPageThatIsMissingIsSaidToBeSoInPlainText(String path) {
        HttpResponse<String> answer = get(path, "application/json");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(type(answer)).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.body()).isEqualTo("404 page not found\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html"})
    void theIndexListsWhatThereIs(String path) {
        assertThat(Trees.list(Json.parseObject(get(path, "*/*").body().getBytes()), "paths"))
                .contains(
                        "/apis/apps/v1",
                        "/livez/poststarthook/rbac/bootstrap-roles",
                        "/readyz/autoregister-completion",
                        "/version");
    }

    @ParameterizedTest
    @CsvSource({
        "/openid/v1/jwks, application/json, application/jwk-set+json",
        "/.well-known/openid-configuration, text/html, application/json",
        "/version, text/html, application/json",
        "/api, text/html, 'application/json, application/yaml, application/vnd.kubernetes.protobuf'",
    })
    void documentsAreSentInTheirOwnFormsOnly(String path, String accept, String available) {
        HttpResponse<String> answer = get(path, accept);

        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(Json.parseObject(answer.body().getBytes()).get("message"))
                .isEqualTo("406: Not Acceptable\n\nAvailable representations: " + available);
    }

    @Test
    void keysAreReadOnly() {
        HttpResponse<String> answer =
                server.send(server.request("/openid/v1/jwks", "root").POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
    }

    @Test
    void theListOfOpenApiDocumentsIsPlainTextAndUnknownOnesAreEmpty() {
        assertThat(type(get("/openapi/v3", "application/json"))).isEqualTo("text/plain; charset=utf-8");
        assertThat(get("/openapi/v3/x", "*/*").statusCode()).isEqualTo(404);
        assertThat(get("/openapi/v3/x", "*/*").body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/namespaces/default/services/x:y:z/proxy, 'invalid service request \"x:y:z\"'",
        "/api/v1/namespaces/default/pods/x:y:z:u/proxy, 'invalid pod request \"x:y:z:u\"'",
        "/api/v1/nodes/ftp:b:1/proxy/metrics, 'invalid node request \"ftp:b:1\"'",
    })
    void proxiesTakeSchemeNameAndPort(String path, String message) {
        HttpResponse<String> answer = get(path, "*/*");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Json.parseObject(answer.body().getBytes()).get("message")).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/namespaces/default/status/x",
                "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication/status/y",
                "/api/v1/namespaces/default/bindings/x",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x",
            })
    void nothingIsBelowWhatHasNothingBelow(String path) {
        HttpResponse<String> answer = get(path, "application/json");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Json.parseObject(answer.body().getBytes()).get("message"))
                .isEqualTo("the server could not find the requested resource");
    }

    @Test
    void aComponentIsMissedBySingular() {
        assertThat(get("/api/v1/componentstatuses/x", "*/*").body()).contains("componentstatus \\\"x\\\" not found");
    }

    @Test
    void hashesOfStoredVersionsAreUpstreams() {
        assertThat(hash("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions"))
                .isEqualTo("jfWCUB31mvA=");
        assertThat(hash("/apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicies"))
                .isEqualTo("LYmCf+UMVdg=");
        assertThat(hash("/apis/admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations"))
                .isEqualTo("Sqi0GUgDaX0=");
    }

    private static Object hash(String path, String resource) {
        List<Object> resources =
                Trees.list(Json.parseObject(get(path, "application/json").body().getBytes()), "resources");
        return resources.stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> resource.equals(each.get("name")))
                .findFirst()
                .orElseThrow()
                .get("storageVersionHash");
    }
}
