package io.k8j.apiserver.crd;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenAPI of custom resources, as kubectl reads it to explain and to check. */
class PublishedSchemaTest {
    private final HttpTestServer server = new HttpTestServer(Operations.DEFAULTS);

    @AfterEach
    void close() {
        server.close();
    }

    private void define(String name, String versions) {
        String plural = name.substring(0, name.indexOf('.'));
        String group = name.substring(name.indexOf('.') + 1);
        assertThat(server.post(
                                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                                "{'metadata':{'name':'%s'},'spec':{'group':'%s','scope':'Namespaced','names':{'plural':'%s','kind':'%s'},'versions':[%s]}}"
                                        .formatted(name, group, plural, "K" + plural, versions))
                        .statusCode())
                .isEqualTo(201);
    }

    private static String version(String name, boolean storage, String schema) {
        return "{'name':'%s','served':true,'storage':%s,'schema':{'openAPIV3Schema':%s}}"
                .formatted(name, storage, schema);
    }

    private Map<String, Object> second(String type) {
        return Trees.map(server.json("/openapi/v2"), "definitions", type);
    }

    private Map<String, Object> third(String groupVersion, String type) {
        String path = "/openapi/v3/apis/" + groupVersion;
        if (server.get(path).statusCode() == 404) return Map.of(); // not published yet
        return Trees.map(server.json(path), "components", "schemas", type);
    }

    @Test
    void noStrategicMergePatchIsPromised() {
        define("foos.patched.example.com", version("v1", true, "{'type':'object'}"));
        String path = "/apis/patched.example.com/v1/namespaces/{namespace}/foos/{name}";
        Awaitility.await().atMost(60, SECONDS).untilAsserted(() -> {
            assertThat(Trees.list(server.json("/openapi/v2"), "paths", path, "patch", "consumes"))
                    .containsExactly(
                            "application/json-patch+json",
                            "application/merge-patch+json",
                            "application/apply-patch+yaml");
            Map<String, Object> third = server.json("/openapi/v3/apis/patched.example.com/v1");
            assertThat(Trees.map(third, "paths", path, "patch", "requestBody", "content"))
                    .containsOnlyKeys(
                            "application/json-patch+json",
                            "application/merge-patch+json",
                            "application/apply-patch+yaml");
            assertThat(Trees.map(third, "paths", path, "get", "responses", "200", "content"))
                    .containsOnlyKeys("application/json", "application/yaml");
        });
    }

    @Test
    void severalGroupsVersionsAndKindsAreDescribed() {
        String foo = "{'type':'object','description':'Foo CRD for"
                + " Testing','properties':{'spec':{'type':'object','description':'Specification of"
                + " Foo','required':['name'],'properties':{'name':{'type':'string',"
                + "'maxLength':9},'any':{'x-kubernetes-int-or-string':true,'anyOf':[{'type':'integer'},{'type':'string'}]},"
                + "'maybe':{'type':'string','nullable':true}}}}}";
        define("foos.one.example.com", version("v1", true, foo) + "," + version("v2", false, foo));
        define("bars.one.example.com", version("v1", true, "{'type':'object'}"));
        define("bazs.two.example.com", version("v1", true, foo));
        Awaitility.await().untilAsserted(() -> {
            assertThat(second("com.example.one.v1.Kfoos")).containsEntry("description", "Foo CRD for Testing");
            assertThat(second("com.example.one.v2.Kfoos")).isNotEmpty();
            assertThat(second("com.example.one.v1.Kbars")).isNotEmpty();
            assertThat(second("com.example.two.v1.Kbazs")).isNotEmpty();
        });
        Map<String, Object> spec = Trees.map(second("com.example.one.v1.Kfoos"), "properties", "spec");
        assertThat(Json.writeString(spec.get("required"))).isEqualTo("[\"name\"]");
        assertThat(Trees.map(spec, "properties", "any")).doesNotContainKey("anyOf");
        assertThat(Trees.map(spec, "properties", "maybe")).doesNotContainKeys("nullable", "type");
        Map<String, Object> full = third("one.example.com/v1", "com.example.one.v1.Kfoos");
        assertThat(Trees.map(full, "properties", "spec", "properties", "maybe")).containsEntry("nullable", true);
        assertThat(Trees.string(full, "properties", "apiVersion", "description"))
                .startsWith("APIVersion defines");
        assertThat(Json.writeString(full.get("x-kubernetes-group-version-kind")))
                .isEqualTo("[{\"group\":\"one.example.com\",\"kind\":\"Kfoos\",\"version\":\"v1\"}]");
        assertThat(Json.writeString(server.json("/openapi/v3")))
                .contains("apis/one.example.com/v2", "apis/two.example.com/v1");
    }

    @Test
    void whatKeepsUnknownFieldsIsOpenForOlderClients() {
        String open =
                "{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{'a':{'type':'string'}}}";
        define("opens.one.example.com", version("v1", true, open));
        Awaitility.await()
                .untilAsserted(() -> assertThat(Json.writeString(second("com.example.one.v1.Kopens")))
                        .isEqualTo(
                                "{\"type\":\"object\",\"x-kubernetes-group-version-kind\":[{\"group\":\"one.example.com\","
                                        + "\"kind\":\"Kopens\",\"version\":\"v1\"}]}"));
        assertThat(Trees.map(third("one.example.com/v1", "com.example.one.v1.Kopens"), "properties"))
                .containsKeys("a", "metadata");
    }

    @Test
    void aVersionThatIsNotServedAnyMoreDisappears() {
        String plain = "{'type':'object'}";
        define("gones.one.example.com", version("v1", true, plain) + "," + version("v2", false, plain));
        Awaitility.await().until(() -> !second("com.example.one.v2.Kgones").isEmpty());
        server.send(
                server.request("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gones.one.example.com", "root")
                        .header("Content-Type", "application/json-patch+json")
                        .method(
                                "PATCH",
                                java.net.http.HttpRequest.BodyPublishers.ofString(
                                        "[{\"op\":\"replace\",\"path\":\"/spec/versions/1/served\",\"value\":false}]")));
        Awaitility.await().until(() -> second("com.example.one.v2.Kgones").isEmpty());
        assertThat(second("com.example.one.v1.Kgones")).isNotEmpty();
        assertThat(server.get("/openapi/v3/apis/one.example.com/v2").statusCode())
                .isEqualTo(404);
    }

    @Test
    void objectsWithinObjectsSayWhatEveryObjectHas() {
        String embedded = "{'type':'object','properties':{'spec':{'type':'object','properties':{"
                + "'inner':{'type':'object','x-kubernetes-embedded-resource':true,'required':['spec'],"
                + "'properties':{'spec':{'type':'string'}}},"
                + "'any':{'type':'array','items':{'type':'object','x-kubernetes-embedded-resource':true,"
                + "'x-kubernetes-preserve-unknown-fields':true}}}}}}";
        define("boxes.one.example.com", version("v1", true, embedded));
        Awaitility.await().untilAsserted(() -> {
            Map<String, Object> box = third("one.example.com/v1", "com.example.one.v1.Kboxes");
            Map<String, Object> inner = Trees.map(box, "properties", "spec", "properties", "inner");
            assertThat(inner.get("required")).isEqualTo(java.util.List.of("spec", "kind", "apiVersion"));
            assertThat(Trees.map(inner, "properties")).containsKeys("apiVersion", "kind", "metadata", "spec");
            assertThat(Trees.map(inner, "properties", "metadata"))
                    .isEqualTo(Trees.map(box, "properties", "metadata"))
                    .isNotEmpty();
            Map<String, Object> any = Trees.map(box, "properties", "spec", "properties", "any", "items");
            assertThat(Trees.map(any, "properties")).containsKeys("apiVersion", "kind", "metadata");
            Map<String, Object> old = second("com.example.one.v1.Kboxes");
            assertThat(Trees.map(old, "properties", "spec", "properties", "inner", "properties"))
                    .containsKeys("apiVersion", "kind", "metadata");
            assertThat(Trees.map(old, "properties", "spec", "properties", "any", "items"))
                    .doesNotContainKey("properties"); // older kubectls refuse what they do not know beside it
        });
    }
}
