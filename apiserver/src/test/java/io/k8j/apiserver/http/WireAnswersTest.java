package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import io.k8j.model.proto.ProtobufCodec;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What odd requests are answered, status and words. */
class WireAnswersTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String NO_PATH = "the server could not find the requested resource";
    private static final String NO_METHOD = "the server does not allow this method on the requested resource";

    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer(Operations.DEFAULTS);
        call("POST", MAPS, "application/json", "{\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":\"1\",\"b\":\"2\"}}");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> call(String method, String path, String type, String body) {
        HttpRequest.Builder request = server.request(path, "root");
        if (type != null) request.header("Content-Type", type);
        HttpRequest.BodyPublisher publisher =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return server.send(request.method(method, publisher));
    }

    record Case(String method, String path, String type, String body, int code, String words) {
        Case(String method, String path, int code, String words) {
            this(method, path, null, null, code, words);
        }

        @Override
        public String toString() {
            return method + " " + path + (body == null ? "" : " " + body);
        }
    }

    private static Case patch(String kind, String query, String body, int code, String words) {
        return new Case("PATCH", MAPS + "/m" + query, "application/" + kind, body, code, words);
    }

    private static Case options(String query, String body, int code, String words) {
        return new Case("DELETE", MAPS + "/m" + query, body == null ? null : "application/json", body, code, words);
    }

    static Stream<Case> scopes() {
        String pod = "{\"metadata\":{\"name\":\"x\"}}";
        return Stream.of(
                new Case("GET", "/api/v1/pods/x", 404, NO_PATH),
                new Case("GET", "/apis/apps/v1/deployments/x", 404, NO_PATH),
                new Case("GET", "/api/v1/namespaces/default/nodes", 404, NO_PATH),
                new Case("GET", "/api/v1/namespaces/default/namespaces", 404, NO_PATH),
                new Case("POST", "/api/v1/pods", "application/json", pod, 405, NO_METHOD),
                new Case("DELETE", "/api/v1/pods", 405, NO_METHOD),
                new Case("PATCH", "/api/v1/pods", "application/merge-patch+json", "{}", 405, NO_METHOD),
                new Case(
                        "POST",
                        "/apis/authorization.k8s.io/v1/localsubjectaccessreviews",
                        "application/json",
                        "{}",
                        404,
                        NO_PATH),
                new Case("POST", "/api", "application/json", "{}", 405, NO_METHOD),
                new Case("DELETE", "/apis", 200, "APIGroupList"),
                new Case("PUT", "/apis/apps/v1", "application/json", "{}", 405, NO_METHOD),
                new Case("POST", "/version", "application/json", "{}", 405, NO_METHOD));
    }

    static Stream<Case> parameters() {
        return Stream.of(
                new Case("GET", MAPS + "?limit=abc", 400, "strconv.ParseInt: parsing \\\"abc\\\": invalid syntax"),
                new Case(
                        "GET",
                        MAPS + "?limit=99999999999999999999",
                        400,
                        "strconv.ParseInt: parsing \\\"99999999999999999999\\\": value out of range"),
                new Case("GET", MAPS + "?timeoutSeconds=", 400, "strconv.ParseInt: parsing \\\"\\\": invalid syntax"),
                new Case(
                        "GET",
                        MAPS + "?resourceVersion=abc",
                        400,
                        "\"invalid resource version: resourceVersion: Invalid value: \\\"abc\\\": strconv.ParseUint:"
                                + " parsing \\\"abc\\\": invalid syntax\""),
                new Case("GET", MAPS + "?watch=anything&timeoutSeconds=1&resourceVersion=0", 200, "\"type\":\"ADDED\""),
                new Case("GET", "/api/v1/pods?fieldSelector=nope%3D1", 400, "\"field label not supported: nope\""),
                new Case(
                        "GET",
                        "/apis/batch/v1/jobs?fieldSelector=nope%3D1",
                        400,
                        "field label \\\"nope\\\" not supported for Job"),
                new Case(
                        "GET",
                        "/apis/resource.k8s.io/v1/resourceslices?fieldSelector=nope%3D1",
                        400,
                        "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: nope"),
                new Case(
                        "GET",
                        "/apis/apps/v1/replicasets?fieldSelector=status.replicas%3D1",
                        400,
                        "\\\"status.replicas\\\" is not a known field selector: only \\\"metadata.name\\\", \\\"metadata.namespace\\\""),
                new Case("GET", MAPS + "?watch=FALSE", 200, "ConfigMapList"),
                patch(
                        "apply-patch+yaml",
                        "?fieldManager=f&force=1&dryRun=All",
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":\"9\"}}",
                        200,
                        "\"a\":\"9\""),
                patch(
                        "merge-patch+json",
                        "?force=0",
                        "{}",
                        422,
                        "force: Forbidden: may not be specified for non-apply"),
                patch("merge-patch+json", "?dryRun=", "{}", 422, "dryRun: Unsupported value"),
                options(
                        "?uid=other",
                        null,
                        409,
                        "the UID in the precondition (other) does not match the UID in record"),
                options(
                        "?resourceVersion=1",
                        null,
                        409,
                        "the ResourceVersion in the precondition (1) does not match the ResourceVersion in"),
                options("?gracePeriodSeconds=x", null, 400, "parsing \\\"x\\\": invalid syntax"),
                options("?propagationPolicy=Orphan&orphanDependents=", null, 422, "cannot be both set"),
                options(
                        "",
                        "{\"gracePeriodSeconds\":\"x\"}",
                        400,
                        "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64"));
    }

    static Stream<Case> patches() {
        String refused = "the server rejected our request due to an error in our request";
        return Stream.of(
                patch(
                        "json-patch+json",
                        "",
                        "{}",
                        400,
                        "\"error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp\""),
                patch(
                        "json-patch+json",
                        "?fieldValidation=Ignore",
                        "{}",
                        400,
                        "\"json: cannot unmarshal object into Go value of type jsonpatch.Patch\""),
                patch(
                        "json-patch+json",
                        "",
                        "[{\"op\":1,\"path\":\"/x\"}]",
                        400,
                        "into Go struct field jsonPatchOp.op of type string"),
                patch("json-patch+json", "?fieldValidation=Ignore", "[{\"op\":1,\"path\":\"/x\"}]", 422, refused),
                patch(
                        "json-patch+json",
                        "",
                        "[{\"op\":\"replace\",\"path\":\"/data/z\",\"value\":\"1\"}]",
                        200,
                        "\"z\":\"1\""),
                patch("json-patch+json", "", "[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"7\"}]", 422, refused),
                patch("json-patch+json", "", "[", 400, "\"error decoding patch: unexpected end of JSON input\""),
                patch(
                        "merge-patch+json",
                        "",
                        "[]",
                        400,
                        "\"error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}\""),
                patch("merge-patch+json", "", "null", 400, "\"Invalid JSON Patch\""),
                patch("merge-patch+json", "?fieldValidation=Ignore", "1", 400, "\"Invalid JSON Patch\""),
                patch("merge-patch+json", "?fieldValidation=Ignore", "{", 400, "\"Invalid JSON Patch\""),
                patch("merge-patch+json", "", "{", 400, "\"error decoding patch: unexpected end of JSON input\""),
                patch(
                        "strategic-merge-patch+json",
                        "",
                        "{\"data\":{\"x\":1}}",
                        422,
                        "\" \\\"\\\" is invalid: patch: Invalid value: \\\"map[data:map[x:1]]\\\": cannot convert int64 to string\""),
                patch("strategic-merge-patch+json", "", "{\"data\":{\"x\":true}}", 422, "unrecognized type: string"),
                patch("strategic-merge-patch+json", "", "{\"data\":\"x\"}", 422, "cannot restore map from string"),
                patch("strategic-merge-patch+json", "", "{\"metadata\":[]}", 422, "cannot restore struct from: slice"),
                patch(
                        "strategic-merge-patch+json",
                        "",
                        "{\"metadata\":{\"generation\":\"x\"}}",
                        422,
                        "unrecognized type: int64"),
                patch(
                        "strategic-merge-patch+json",
                        "?fieldValidation=Strict",
                        "{\"nope\":1}",
                        422,
                        "Invalid value: \\\"map[nope:1]\\\": strict decoding error: unknown field \\\"nope\\\""),
                patch(
                        "strategic-merge-patch+json",
                        "",
                        "{\"kind\":\"Pod\",\"apiVersion\":\"v7\"}",
                        200,
                        "\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\""),
                patch("strategic-merge-patch+json", "", "{", 400, "\"unexpected end of JSON input\""),
                patch(
                        "strategic-merge-patch+json",
                        "",
                        "[]",
                        400,
                        "\"json: cannot unmarshal array into Go value of type map[string]interface {}\""),
                patch(
                        "apply-patch+yaml",
                        "?fieldManager=f",
                        "[]",
                        400,
                        "\"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}\""),
                patch(
                        "apply-patch+yaml",
                        "?fieldManager=f",
                        "{",
                        400,
                        "\"error decoding YAML: error converting YAML to JSON: yaml: did not find expected node content"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"scopes", "parameters", "patches"})
    void answers(Case c) {
        HttpResponse<String> response = call(c.method(), c.path(), c.type(), c.body());
        assertThat(response.body()).contains(c.words());
        assertThat(response.statusCode()).isEqualTo(c.code());
    }

    @ParameterizedTest
    @MethodSource("kept")
    void whoHasADocumentGetsNoSecondCopy(String path, String accept) {
        HttpResponse<String> first = server.send(server.request(path, "root").header("Accept", accept));
        String tag = first.headers().firstValue("etag").orElse("");
        assertThat(tag).matches("\"[0-9A-F]{128}\"");
        HttpResponse<String> second = server.send(
                server.request(path, "root").header("Accept", accept).header("If-None-Match", tag));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
    }

    static Stream<Arguments> kept() {
        String groups = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        return Stream.of(
                Arguments.of("/api", groups),
                Arguments.of("/apis", groups),
                Arguments.of("/openapi/v2", "application/json"),
                Arguments.of("/openapi/v3", "*/*"),
                Arguments.of("/openapi/v3/apis/apps/v1", "application/json"));
    }

    @Test
    void aTableOfUnknownObjectsIsRefused() {
        HttpResponse<String> refused = server.send(server.request(MAPS + "?includeObject=all", "root")
                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains(
                        "\"Unable to convert to Table as requested: includeObject: Invalid value: \\\"all\\\": must be"
                                + " 'Metadata', 'Object', 'None', or empty\"");
    }

    @Test
    void aRefusalComesWithTheWarningsBeforeIt() {
        HttpResponse<String> refused =
                call("POST", MAPS, "application/json", "{\"metadata\":{\"name\":\"BAD\"},\"nope\":1}");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.headers().allValues("warning")).containsExactly("299 - \"unknown field \\\"nope\\\"\"");
    }

    @Test
    void anOldHashLeadsToTheCurrentDocument() {
        HttpResponse<String> old = call("GET", "/openapi/v3/apis/apps/v1?hash=ABC", null, null);
        assertThat(old.statusCode()).isEqualTo(301);
        String location = old.headers().firstValue("location").orElse("");
        HttpResponse<String> current = call("GET", location, null, null);
        assertThat(current.statusCode()).isEqualTo(200);
        assertThat(current.headers().firstValue("cache-control")).contains("public, immutable");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1, text/html, 406",
        "/apis/apps, image/png, 406",
        "/apis, application/json;as=Table;v=v1;g=meta.k8s.io, 406",
        "/apis, application/json;g=apidiscovery.k8s.io;v=v2alpha1;as=APIGroupDiscoveryList, 406",
        "/openapi/v2, application/yaml, 406",
        "/openapi/v3/api/v1, application/vnd.kubernetes.protobuf, 406",
        "/openapi/v3/api/v1, application/com.github.proto-openapi.spec.v3@v1.0+protobuf, 200",
        "/openapi/v3/api/v1, application/com.github.proto-openapi.spec.v3.v1.0+protobuf, 200",
        "/api, application/vnd.kubernetes.protobuf, 200",
        "/api/v1, application/vnd.kubernetes.protobuf, 200",
        "/api/v1, 'text/html,application/xhtml+xml,*/*;q=0.8', 200"
    })
    void documentsComeInTheFormsTheyHave(String path, String accept, int code) {
        HttpResponse<String> response = server.send(server.request(path, "root").header("Accept", accept));
        assertThat(response.statusCode()).isEqualTo(code);
    }

    @Test
    void aggregatedDiscoveryComesInProtobufToo() {
        String form = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        String protobuf = "application/vnd.kubernetes.protobuf";
        HttpResponse<byte[]> groups = server.bytes(server.request("/apis", "root")
                .header("Accept", "text/html," + protobuf + form + ",application/json" + form));
        assertThat(groups.headers().firstValue("Content-Type")).contains(protobuf + form);
        Map<String, Object> read = ProtobufCodec.decode(groups.body());
        HttpResponse<String> json = server.send(
                server.request("/apis", "root").header("Accept", "application/json,application/json" + form));
        assertThat(json.headers().firstValue("Content-Type")).contains("application/json" + form);
        assertThat(Json.writeString(read) + "\n").isEqualTo(json.body());
        HttpResponse<String> beta = server.send(server.request("/apis", "root")
                .header("Accept", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"));
        assertThat(beta.statusCode()).isEqualTo(406);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/namespaces/default, 405",
        "/api/v1/pods, 405",
        "/api/v1, 405",
        "/version, 405",
        "/apis, 200",
        "/healthz, 200",
        "/openapi/v2, 200"
    })
    void headIsNoOtherWordForGet(String path, int code) {
        assertThat(call("HEAD", path, null, null).statusCode()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PATCH | /api/v1/namespaces/default/configmaps/none | application/merge-patch+json | {                    | 404",
                "PATCH | /api/v1/namespaces/default/configmaps/none | application/json-patch+json  | 'no'                 | 404",
                "PATCH | /api/v1/namespaces/default/configmaps/none | application/apply-patch+yaml | {                    | 422",
                "PATCH | /api/v1/namespaces/default/configmaps/none?fieldManager=m | application/apply-patch+yaml | {       | 400",
                "PATCH | /api/v1/namespaces/default                 | application/merge-patch+json | {                    | 400",
            })
    void anObjectMustBeThereBeforeItsPatchIsLookedAt(String method, String path, String type, String body, int code) {
        assertThat(call(method, path, type, body).statusCode()).isEqualTo(code);
    }

    @Test
    void whoMayNotDoItIsNotToldWhatIsWrongWithIt() {
        HttpResponse<String> refused = server.send(server.request("/api/v1/namespaces/default/configmaps", "bob")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{")));
        assertThat(refused.statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"0s, 200", "-5s, 200", "1h, 200", "30, 400", "soon, 400"})
    void timeoutsThatAreNoneDoNotCount(String timeout, int code) {
        HttpResponse<String> response = call("GET", MAPS + "?timeout=" + timeout, null, null);
        assertThat(response.statusCode()).isEqualTo(code);
        if (code == 400) {
            assertThat(response.body()).contains("invalid timeout specified in the request URL - time: ");
        }
    }

    @Test
    void aggregatedDiscoveryLeavesOutTheOwnGroup() {
        HttpResponse<String> groups = server.send(server.request("/apis", "root")
                .header("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"));
        assertThat(groups.headers().firstValue("cache-control")).contains("public");
        assertThat(groups.body())
                .contains("{\"metadata\":{\"name\":\"apps\"},")
                .contains("\"responseKind\":{\"group\":\"\",\"version\":\"\",\"kind\":\"Deployment\"}")
                .contains("\"responseKind\":{\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\"}");
    }
}
