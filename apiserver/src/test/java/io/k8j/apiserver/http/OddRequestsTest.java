package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.proto.ProtobufCodec;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that hardly any client sends, answered as an upstream API server answered them. */
class OddRequestsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    private final HttpTestServer server = new HttpTestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private String raw(String method, String path, String headers, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("").getPort())) {
            String request = method + " " + path + " HTTP/1.1\nHost: x\nAuthorization: Bearer root\nConnection: close\n"
                    + headers + "Content-Length: " + body.length() + "\n\n";
            socket.getOutputStream().write((request.replace("\n", "\r\n") + body).getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void anEmptyContentTypeIsAsGoodAsNone() throws IOException {
        String body = "{\"metadata\":{\"name\":\"a\"}}";
        assertThat(raw("POST", MAPS, "Content-Type: \n", body)).startsWith("HTTP/1.1 201");
        assertThat(raw("POST", MAPS, "Content-Type: text/json\n", body)).startsWith("HTTP/1.1 415");
    }

    @Test
    void jsonEndsItsLineUnlessItIsSpreadOverSeveral() {
        String space = "/api/v1/namespaces/default";
        assertThat(server.get(space).body()).endsWith("}\n");
        assertThat(server.get("/api/v1/namespaces/nope").body()).endsWith("}\n");
        assertThat(server.get("/apis/apps/v1").body()).endsWith("}\n");
        assertThat(server.send(server.request("/apis")
                                .header(
                                        "Accept",
                                        "application/json;as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2"))
                        .body())
                .endsWith("}\n");
        assertThat(server.get(space + "?pretty=true").body()).endsWith("\n}");
        HttpResponse<byte[]> sized = server.bytes(server.request(space));
        assertThat(sized.headers().firstValueAsLong("Content-Length")).hasValue(sized.body().length);
    }

    /** Whoever waits for the server's word before it sends too much would wait for ever otherwise. */
    @Test
    void whoAsksFirstIsToldToGoOn() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("").getPort())) {
            String head =
                    "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\nExpect: 100-continue\r\n"
                            + "Content-Length: 4000000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            assertThat(line).isEqualTo("HTTP/1.1 100 Continue");
        }
    }

    @Test
    void warningsAreUtf8() throws IOException {
        String body = "{\"metadata\":{\"name\":\"b\"},\"fünf\":5}";
        String sent = "POST " + MAPS + "?fieldValidation=Warn HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n"
                + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
        try (Socket socket = new Socket("127.0.0.1", server.uri("").getPort())) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("299 - \"unknown field \\\"fünf\\\"\"");
        }
    }

    /** They come from webhooks, policies and names of fields; a header with a line break would be an answer of its own. */
    @Test
    void warningsThatNoHeaderCanCarryAreLeftOut() {
        HttpResponse<String> made = server.send(
                "POST", MAPS + "?fieldValidation=Warn", "{\"metadata\":{\"name\":\"c\"},\"a\\nb\":1,\"d\":2}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().allValues("Warning")).containsExactly("299 - \"unknown field \\\"d\\\"\"");
    }

    @Test
    void aNameInThePathOfAWatchAllowsNoOtherInTheSelector() {
        String watch = "/api/v1/watch/namespaces/default/configmaps/a?timeoutSeconds=1&fieldSelector=";
        HttpResponse<String> other = server.get(watch + "metadata.name%3Db");
        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(Trees.string(Json.parseObject(other.body()), "message"))
                .isEqualTo("fieldSelector metadata.name doesn't match requested name");
        assertThat(server.get(watch + "metadata.name%3Da").statusCode()).isEqualTo(200);
    }

    @Test
    void aWatchThatCannotBeginSaysSoInAnEvent() {
        String future = MAPS + "?watch=1&timeoutSeconds=1&resourceVersion=99999999&resourceVersionMatch=NotOlderThan";
        HttpResponse<String> waited = server.get(future + "&sendInitialEvents=true&allowWatchBookmarks=true");
        assertThat(waited.statusCode()).isEqualTo(200);
        Map<String, Object> event = Json.parseObject(waited.body());
        assertThat(event).containsEntry("type", "ERROR");
        assertThat(Trees.integer(event, "object", "code")).isEqualTo(504);
        HttpResponse<String> silent = server.get(future + "&sendInitialEvents=false");
        assertThat(silent.statusCode()).isEqualTo(200);
        assertThat(silent.body()).isEmpty();
    }

    /** What came before a server began is known to no watch. */
    @Test
    void aWatchOfThePastSaysSoInAnEvent() {
        String made = server.post(MAPS, "{'metadata':{'name':'old'}}").body();
        String version = Trees.string(Json.parseObject(made), "metadata", "resourceVersion");
        server.post(MAPS, "{'metadata':{'name':'newer'}}");
        try (HttpTestServer next =
                new HttpTestServer(server.store, false, Operations.DEFAULTS, RequestSettings.DEFAULTS)) {
            HttpResponse<String> answer = next.get(MAPS + "?watch=1&timeoutSeconds=1&resourceVersion=" + version);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(Trees.integer(Json.parseObject(answer.body()), "object", "code"))
                    .isEqualTo(410);
        }
    }

    @Test
    void listsOfCustomResourcesAlwaysSayWhetherTheyGoOn() {
        server.post(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                "{'metadata':{'name':'foos.a.b'},'spec':{'group':'a.b','scope':'Cluster','names':{'plural':'foos','kind':"
                        + "'Foo'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{"
                        + "'type':'object'}}}]}}");
        Awaitility.await().until(() -> server.get("/apis/a.b/v1/foos").statusCode() == 200);
        assertThat(Trees.map(server.json("/apis/a.b/v1/foos"), "metadata")).containsEntry("continue", "");
        assertThat(Trees.map(server.json(MAPS), "metadata")).doesNotContainKey("continue");
    }

    private Map<String, Object> protobuf(byte[] body) {
        return Json.parseObject(server.send(server.request(MAPS)
                        .header("Content-Type", PROTOBUF)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)))
                .body());
    }

    private static byte[] whole(String apiVersion, String kind, byte[] message) {
        return ProtobufCodec.envelope(apiVersion, kind, message);
    }

    /** The message of a ConfigMap without the envelope. */
    private static byte[] message(String name) {
        byte[] whole =
                ProtobufCodec.encode(Map.of("apiVersion", "v1", "kind", "ConfigMap", "metadata", Map.of("name", name)));
        byte[] empty = ProtobufCodec.envelope("v1", "ConfigMap", new byte[0]);
        int from = empty.length - 4; // behind magic, kind, version and the tag and length of the message
        return Arrays.copyOfRange(whole, from, whole.length - 4);
    }

    @Test
    void protobufWithoutItsKindMeansTheResources() {
        byte[] full = ProtobufCodec.encode(
                Map.of("apiVersion", "v1", "kind", "ConfigMap", "metadata", Map.of("name", "plain")));
        assertThat(protobuf(full)).containsEntry("kind", "ConfigMap");
        assertThat(Trees.string(protobuf(whole("", "", message("none"))), "metadata", "name"))
                .isEqualTo("none");
        assertThat(Trees.string(protobuf(whole("a/b/c", "ConfigMap", message("odd"))), "metadata", "name"))
                .isEqualTo("odd");
    }

    @Test
    void brokenProtobufIsToldInUpstreamsWords() {
        byte[] good = message("x");
        assertThat(protobuf(whole("v1", "ConfigMap", Arrays.copyOf(good, good.length - 1))))
                .containsEntry(
                        "message", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF");
        ByteArrayOutputStream number = new ByteArrayOutputStream();
        number.writeBytes(new byte[] {1 << 3, 1}); // the metadata as a number
        assertThat(protobuf(whole("v1", "ConfigMap", number.toByteArray())))
                .containsEntry(
                        "message",
                        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for"
                                + " field ObjectMeta");
        assertThat(protobuf(whole("v1", "ConfigMap", new byte[] {1 << 3 | 4})))
                .containsEntry(
                        "message",
                        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: ConfigMap: wiretype end"
                                + " group for non-group");
        assertThat(protobuf(whole("v2", "ConfigMap", good)))
                .containsEntry(
                        "message",
                        "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is"
                                + " registered for version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        assertThat(protobuf(whole("v1", "Status", new byte[0])))
                .containsEntry(
                        "message",
                        "Status in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Status) to"
                                + " (core.ConfigMap): unknown conversion");
    }
}
