package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Discovery's paths with and without a slash at the end, and JSON in lines. */
class PathsAndLinesTest {
    private static HttpTestServer server;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        server = new HttpTestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
        CLIENT.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "/api/,APIVersions",
        "/api/v1/,APIResourceList",
        "/apis/,APIGroupList",
        "/apis/apps/,APIGroup",
        "/apis/apps/v1/,APIResourceList"
    })
    void aSlashAtTheEndChangesNothing(String path, String kind) throws Exception {
        HttpResponse<String> response = send(server.request(path));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("{\"kind\":\"" + kind + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/apis/,200",
        "POST,/api/,405",
        "DELETE,/apis/apps/,200",
        "PUT,/apis/apps/v1/,405",
        "GET,/apis/none,404",
        "POST,/apis/none,404",
        "GET,/api/v2,404"
    })
    void documentsOfGroupsTakeAnyMethod(String method, String path, int code) throws Exception {
        assertThat(send(server.request(path).method(method, HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(code);
    }

    @Test
    void peopleGetLines() throws Exception {
        String path = "/apis/apps";
        String compact = send(server.request(path)).body();
        String lines = """
                {
                  "kind": "APIGroup",
                  "apiVersion": "v1",
                  "name": "apps",
                  "versions": [
                    {
                      "groupVersion": "apps/v1",
                      "version": "v1"
                    }
                  ],
                  "preferredVersion": {
                    "groupVersion": "apps/v1",
                    "version": "v1"
                  }
                }""";

        assertThat(send(server.request(path + "?pretty=true")).body()).isEqualTo(lines);
        assertThat(send(server.request(path).header("User-Agent", "curl/8.5.0")).body())
                .isEqualTo(lines);
        assertThat(send(server.request(path + "?pretty=false").header("User-Agent", "Wget/1.2"))
                        .body())
                .isEqualTo(compact);
        assertThat(send(server.request("/api/v1/namespaces/no/pods?pretty=1")).body())
                .matches("""
                        \\{
                          "kind": "PodList",
                          "apiVersion": "v1",
                          "metadata": \\{
                            "resourceVersion": "\\d+"
                          \\},
                          "items": \\[\\]
                        \\}""");
        assertThat(send(server.request("/api/v1/namespaces/no/pods/x?pretty=1")).body())
                .startsWith("{\n  \"kind\": \"Status\",\n")
                .contains("\"metadata\": {},");
    }

    @Test
    void textsStayAsTheyAre() {
        byte[] json =
                "{\"a\": \"{\\\"x\\\\\\\\\\\": [1,2]}\" , \"b\":[ ],\"c\":[{},\"\"]}".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(PrettyJson.of(json), StandardCharsets.UTF_8)).isEqualTo("""
                        {
                          "a": "{\\"x\\\\\\\\\\": [1,2]}",
                          "b": [],
                          "c": [
                            {},
                            ""
                          ]
                        }""");
    }
}
