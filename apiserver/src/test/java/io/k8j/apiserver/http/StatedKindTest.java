package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What objects have to say about their kind, built-in ones and custom ones. */
class StatedKindTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String FOOS = "/apis/k.io/v1/foos";

    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer(Operations.DEFAULTS);
        call(
                "POST",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                "application/json",
                "{'metadata':{'name':'foos.k.io'},'spec':{'group':'k.io','scope':'Cluster','names':{'plural':'foos',"
                        + "'kind':'Foo'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{"
                        + "'openAPIV3Schema':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}]}}");
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .until(() -> call("GET", FOOS, "application/json", "").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> call(String method, String path, String type, String body) {
        HttpRequest.BodyPublisher publisher = body.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'));
        return server.send(server.request(path).header("Content-Type", type).method(method, publisher));
    }

    private static void assertRefused(String path, String body, int code, String words) {
        HttpResponse<String> answer = call("POST", path, "application/json", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        assertThat(Trees.string(Json.parseObject(answer.body()), "message")).isEqualTo(words.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'kind':5} | couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({'kind':5})",
                "{'apiVersion':{}} | couldn't get version/kind; json parse error: json: cannot unmarshal object into Go struct field .apiVersion of type string ({'apiVersion':{}})",
                "{'apiVersion':'a/b/c'} | unexpected GroupVersion string: a/b/c ({'apiVersion':'a/b/c'})",
            })
    void whatIsNoVersionOrKindIsUnrecognized(String body, String words) {
        String begin = "the object provided is unrecognized (must be of type ";
        String shown = words.replace("couldn't", "couldn`t");
        for (String path : new String[] {MAPS, FOOS}) {
            String kind = path.equals(MAPS) ? "ConfigMap" : "Foo";
            HttpResponse<String> answer = call("POST", path, "application/json", body);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(Trees.string(Json.parseObject(answer.body()), "message").replace("couldn't", "couldn`t"))
                    .isEqualTo(begin + kind + "): " + shown.replace('\'', '"'));
        }
    }

    @Test
    void builtInKindsNeedToSayNothingButNothingWrong() {
        assertThat(call("POST", MAPS, "application/json", "{'metadata':{'name':'quiet'}}")
                        .statusCode())
                .isEqualTo(201);
        assertRefused(
                MAPS,
                "{'apiVersion':'v2','kind':'ConfigMap'}",
                400,
                "ConfigMap in version 'v2' cannot be handled as a ConfigMap: no kind 'ConfigMap' is registered for version"
                        + " 'v2' in scheme 'pkg/api/legacyscheme/scheme.go:30'");
        assertRefused(
                "/apis/apps/v1/namespaces/default/deployments",
                "{'apiVersion':'apps/v1beta1','kind':'Deployment'}",
                400,
                "the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)");
    }

    @Test
    void customResourcesHaveToSayBoth() {
        String begin = "Foo in version 'v1' cannot be handled as a Foo: ";
        HttpResponse<String> nothing = call("POST", FOOS, "application/json", "{'metadata':{'name':'f'}}");
        assertThat(Trees.string(Json.parseObject(nothing.body()), "message"))
                .isEqualTo(begin.replace('\'', '"') + "Object 'Kind' is missing in '{\"metadata\":{\"name\":\"f\"}}'");
        assertRefused(
                FOOS,
                "{'kind':'Foo','metadata':{'name':'f'}}",
                400,
                "the API version in the data () does not match the expected API version (k.io/v1)");
        assertRefused(
                FOOS,
                "{'apiVersion':'k.io/v1','kind':'Bar','metadata':{'name':'f'}}",
                422,
                "Bar.k.io 'f' is invalid: kind: Invalid value: 'Bar': must be Foo");
        assertThat(call(
                                "POST",
                                FOOS,
                                "application/json",
                                "{'apiVersion':'k.io/v1','kind':'Foo','metadata':{'name':'f'}}")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void customResourcesKnowNoStrategicPatch() {
        for (String type : new String[] {"application/strategic-merge-patch+json", "application/yaml"}) {
            HttpResponse<String> answer = call("PATCH", FOOS + "/f", type, "{}");
            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body())
                    .contains(
                            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'kind':'Bad'} | no kind 'Bad' is registered for version 'v1' in scheme 'pkg/api/legacyscheme/scheme.go:30'",
                "{'data':{'a':5}} | json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
                "{'kind':5} | couldn`t get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
            })
    void whatAPatchMadeIsRefusedWithoutItsKind(String patch, String words) {
        call("POST", MAPS, "application/json", "{'metadata':{'name':'patched'}}");
        HttpResponse<String> answer = call("PATCH", MAPS + "/patched", "application/merge-patch+json", patch);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(Trees.string(Json.parseObject(answer.body()), "message"))
                .startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                .endsWith("}\": " + words.replace('\'', '"').replace('`', '\''));
    }

    @Test
    void aPatchedCustomResourceStaysWhatItIs() {
        String known = "{'apiVersion':'k.io/v1','kind':'Foo','metadata':{'name':'patched'}}";
        call("POST", FOOS, "application/json", known);
        assertThat(patched("{'kind':null}"))
                .startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                .contains("Object 'Kind' is missing in '{\"apiVersion\":\"k.io/v1\"");
        assertThat(patched("{'kind':'Bar'}"))
                .isEqualTo("Bar.k.io \"patched\" is invalid: kind: Invalid value: \"Bar\": must be Foo");
        assertThat(patched("{'apiVersion':'k.io/v2'}"))
                .isEqualTo("Foo.k.io \"patched\" is invalid: apiVersion: Invalid value: \"k.io/v2\": must be k.io/v1");
        assertThat(patched("{'metadata':5}"))
                .endsWith("json: cannot unmarshal number into Go value of type v1.ObjectMeta");
    }

    private static String patched(String patch) {
        HttpResponse<String> answer = call("PATCH", FOOS + "/patched", "application/merge-patch+json", patch);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        return Trees.string(Json.parseObject(answer.body()), "message");
    }
}
