package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order a request is refused: path, method, forms of body and answer, options; as upstream's 1.36.2. */
class RoutesTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static HttpTestServer server;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        server = new HttpTestServer();
        HttpRequest.Builder request = server.request(MAPS).header("Content-Type", "application/json");
        send(request.POST(BodyPublishers.ofString("{\"metadata\":{\"name\":\"kept\"}}")));
    }

    @AfterAll
    static void stop() {
        server.close();
        CLIENT.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> send(String method, String path) throws Exception {
        return send(server.request(path).method(method, BodyPublishers.noBody()));
    }

    /** The whole answer to a path as it is, which the JDK's client would refuse to send. */
    private static String sendRaw(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("").getPort())) {
            String request = "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.formatted(path).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE,/api/v1/watch/namespaces/default/configmaps/kept,405",
        "PUT,/api/v1/watch/namespaces/default/configmaps/kept,405",
        "POST,/api/v1/watch/namespaces/default/configmaps,405",
        "DELETE,/api/v1/watch/namespaces/default/configmaps,405",
        "POST,/api/v1/namespaces/default/configmaps/kept,405",
        "POST,/api/v1/namespaces/default/configmaps/kept/status,404",
        "PUT,/api/v1/namespaces/default/configmaps/kept/status,404",
        "OPTIONS,/api/v1/namespaces/default/configmaps/kept/status,404",
        "POST,/api/v1/namespaces/default/status,405",
        "PATCH,/api/v1/namespaces/default/finalize,405",
        "POST,/api/v1/componentstatuses,405",
        "PATCH,/api/v1/namespaces/default/configmaps/kept,415",
        "GET,/api/v1/namespaces/default/configmaps/%2e%2e,400",
        "DELETE,/api/v1/namespaces/default/configmaps/a%25b,400",
        "GET,/healthz/,404",
        "GET,/openid/v1/jwks/,200",
        "GET,/version/x,404"
    })
    void routesRefuseBeforeAnyBodyIsRead(String method, String path, int code) throws Exception {
        HttpResponse<String> response = send(method, path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        assertThat(send("GET", MAPS + "/kept").statusCode()).isEqualTo(200);
    }

    @Test
    void oddNamesAreExplained() throws Exception {
        assertThat(send("GET", MAPS + "/%2e%2e").body())
                .contains("Name parameter invalid: \\\"..\\\": may not be '..'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/kept|application/cbor|Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf\"",
                "|application/*|application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch\"",
                "/kept|application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1|is not a list (*core.ConfigMap)",
                "|application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1|is a list (*core.ConfigMapList)"
            })
    void formsThatCannotBeServedAreExplained(String name, String accept, String words) throws Exception {
        String path = name == null ? MAPS : MAPS + name;
        HttpResponse<String> response = send(server.request(path).header("Accept", accept));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(406);
        assertThat(response.body()).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resourceVersionMatch=x&fieldSelector=spec.x%3D1|422|is forbidden unless resourceVersion is provided",
                "watch=1&continue=x|422|resourceVersionMatch is forbidden when continue is provided",
                "continue=e30&resourceVersion=x|400|continue key is not valid",
                "limit=%zz|200|ConfigMapList",
                "limit=1;a=b|200|ConfigMapList"
            })
    void optionsAreCheckedInUpstreamsOrder(String query, int code, String words) throws Exception {
        assertThat(sendRaw(MAPS + "?" + query)).startsWith("HTTP/1.1 " + code).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT|application/json|{|422|UpdateOptions.meta.k8s.io",
                "PUT|text/plain|{}|422|UpdateOptions.meta.k8s.io",
                "PUT|application/json;odd|{}|422|UpdateOptions.meta.k8s.io",
                "PUT|application/yaml|[a|422|UpdateOptions.meta.k8s.io"
            })
    void wrongOptionsAreToldBeforeWrongBodies(String method, String type, String body, int code, String words)
            throws Exception {
        HttpRequest.Builder request =
                server.request(MAPS + "/kept?fieldValidation=x").header("Content-Type", type);
        HttpResponse<String> response = send(request.method(method, BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        assertThat(response.body()).contains(words);
    }

    @ParameterizedTest
    @CsvSource({"application/json;odd", "application/json; charset", "text/plain", ";"})
    void bodiesOfUnknownTypesAreNotRead(String type) throws Exception {
        HttpRequest.Builder request = server.request(MAPS).header("Content-Type", type);
        assertThat(send(request.POST(BodyPublishers.ofString("{"))).statusCode())
                .isEqualTo(415);
    }

    @Test
    void theOldWatchPathIsCheckedAsAListIs() throws Exception {
        String path = "/api/v1/watch/namespaces/default/configmaps?sendInitialEvents=true&timeoutSeconds=1";
        HttpResponse<String> response = send("GET", path);
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.body()).contains("sendInitialEvents is forbidden for list");
    }

    @Test
    void anObjectIsReadThoughSomebodyAsksToWatchIt() throws Exception {
        assertThat(send("GET", MAPS + "/kept?watch=true").body()).startsWith("{\"kind\":\"ConfigMap\"");
        assertThat(send("GET", MAPS + "/none?watch=true").statusCode()).isEqualTo(404);
    }

    @Test
    void aWatchFromTheStartMarksTheEndOfWhatIsThere() throws Exception {
        String query = "?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone";
        assertThat(send("GET", MAPS + query).body())
                .contains("\"type\":\"BOOKMARK\"")
                .contains("k8s.io/initial-events-end");
    }

    @Test
    void aPathThatCannotBeDecodedIsNoRequest() throws Exception {
        assertThat(sendRaw("/api/v1/namespaces/%zz"))
                .startsWith("HTTP/1.1 400")
                .endsWith("\r\n\r\n400 Bad Request")
                .doesNotContainIgnoringCase("audit-id");
    }
}
