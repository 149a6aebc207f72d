package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** CustomResourceDefinitions and what they define. */
class CustomResourceTest extends ConformanceCase {
    private static final String TWO_VERSIONS = """
            - {name: v1, served: true, storage: %s, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            - {name: v2, served: true, storage: %s, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            """;

    @Test
    @Conformance("api-machinery/CRDResources/1")
    void aDefinitionIsCreatedAndDeleted() {
        CustomResource custom = CustomResource.simple(api, "made-" + namespace);
        custom.close();
        gone(custom.definition());
    }

    @Test
    @Conformance("api-machinery/CRDResources/3")
    void definitionsAreListedAndDeletedByLabel() {
        try (CustomResource other = CustomResource.simple(api, "other-" + namespace)) {
            for (int i = 0; i < 10; i++) {
                api.post(
                                CustomResource.DEFINITIONS,
                                CustomResource.yaml(
                                        "many-" + namespace + ".example.com", "Thing" + i, CustomResource.OPEN_V1, ""))
                        .ok();
            }
            String selected = CustomResource.DEFINITIONS + "?labelSelector=conformance%3Dmany-" + namespace;
            assertThat(api.get(selected).items()).hasSize(10);
            api.delete(selected).ok();
            until("they are gone", () -> api.get(selected).items().isEmpty());
            api.get(other.definition()).ok();
        }
    }

    @Test
    @Conformance("api-machinery/CRDResources/2")
    void theStatusIsReadReplacedAndPatched() {
        try (CustomResource custom = CustomResource.simple(api, "status-" + namespace)) {
            String status = custom.definition() + "/status";
            Map<String, Object> tree = api.get(status).ok().copy();
            List<Object> conditions = new ArrayList<>(Trees.list(tree, "status", "conditions"));
            conditions.add(Map.of("type", "StatusUpdate", "status", "True", "reason", "E2E", "message", "m"));
            Trees.set(tree, conditions, "status", "conditions");
            Answer updated = api.put(status, tree).ok();
            assertThat(updated.items("status", "conditions").stream().map(c -> c.get("type")))
                    .contains("StatusUpdate", "Established");
            Answer patched = api.merge(
                            status,
                            "{status: {conditions: [{type: StatusPatched, status: 'True', reason: E2E, message: m}]}}")
                    .ok();
            assertThat(patched.items("status", "conditions").stream().map(c -> c.get("type")))
                    .contains("StatusPatched");
            assertThat(api.get(status).items("status", "conditions").stream().map(c -> c.get("type")))
                    .contains("StatusPatched");
        }
    }

    @Test
    @Conformance("api-machinery/CRDResources/5")
    void discoveryAdvertisesDefinitions() {
        Lifecycle.discovered(api, "apiextensions.k8s.io", "v1", "customresourcedefinitions");
        assertThat(api.get("/apis/apiextensions.k8s.io/v1").items("resources"))
                .anySatisfy(r -> assertThat(r).containsEntry("kind", "CustomResourceDefinition"));
    }

    private static String defaults(String field) {
        return """
                {versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {a: {type: string%s}, b: {type: string%s}}}}}]}""".formatted(field.equals("a") ? ", default: A" : "", field.equals("b") ? ", default: B" : "");
    }

    @Test
    @Conformance("api-machinery/CRDResources/4")
    void defaultsShowOnWhatIsStored() {
        try (CustomResource custom = CustomResource.create(
                api,
                "default-" + namespace,
                "Foo",
                "- {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}}",
                "")) {
            String first = custom.collection("v1") + "/first";
            assertThat(api.post(custom.collection("v1"), custom.object("v1", "first", ""))
                            .ok()
                            .tree("a"))
                    .isNull();
            api.merge(custom.definition(), "{spec: %s}".formatted(defaults("a")))
                    .ok();
            eventually(() -> assertThat(api.get(first).at("a")).isEqualTo("A"));
            // A write stores what was only shown until then.
            api.post(custom.collection("v1"), custom.object("v1", "second", "")).ok();
            String second = custom.collection("v1") + "/second";
            assertThat(api.get(second).at("a")).isEqualTo("A");
            api.merge(custom.definition(), "{spec: %s}".formatted(defaults("b")))
                    .ok();
            eventually(() -> assertThat(api.get(second).at("b")).isEqualTo("B"));
            assertThat(api.get(second).at("a")).isEqualTo("A");
            eventually(() -> assertThat(api.get(first).at("b")).isEqualTo("B"));
            assertThat(api.get(first).tree("a")).as("never stored").isNull();
        }
    }

    @Test
    @Conformance("api-machinery/CRDWatch/1")
    void customObjectsAreWatched() {
        try (CustomResource custom = CustomResource.simple(api, "watch-" + namespace)) {
            String objects = custom.collection("v1");
            try (Watching watching = api.watch(objects)) {
                for (String name : List.of("name1", "name2")) {
                    api.post(objects, custom.object("v1", name, "")).ok();
                }
                for (String name : List.of("name1", "name2")) {
                    api.merge(objects + "/" + name, "{content: changed}").ok();
                }
                for (String name : List.of("name1", "name2")) {
                    api.delete(objects + "/" + name).ok();
                }
                for (String brief : List.of(
                        "ADDED name1",
                        "ADDED name2",
                        "MODIFIED name1",
                        "MODIFIED name2",
                        "DELETED name1",
                        "DELETED name2")) {
                    assertThat(watching.next().brief()).isEqualTo(brief);
                }
            }
        }
    }

    /** Between v1, which has {@code hostPort}, and v2, which has {@code host} and {@code port}. */
    private static Map<String, Object> convert(Map<String, Object> object, String wanted) {
        if (wanted.endsWith("/v2") && object.get("hostPort") instanceof String hostPort) {
            String[] parts = hostPort.split(":");
            object.remove("hostPort");
            object.put("host", parts[0]);
            object.put("port", parts[1]);
        } else if (wanted.endsWith("/v1") && object.get("host") != null) {
            object.put("hostPort", object.remove("host") + ":" + object.remove("port"));
        }
        return object;
    }

    private CustomResource converted() {
        CustomResource custom =
                CustomResource.create(api, "convert-" + namespace, "Host", TWO_VERSIONS.formatted("true", "false"), "");
        cluster.webhooks().converting("hosts." + custom.group(), CustomResourceTest::convert);
        return custom;
    }

    private static void isSecond(Map<String, Object> object, CustomResource custom) {
        assertThat(object)
                .containsEntry("apiVersion", custom.group() + "/v2")
                .containsEntry("host", "localhost")
                .containsEntry("port", "8080")
                .doesNotContainKey("hostPort");
    }

    @Test
    @Conformance("api-machinery/CRDConversionWebhook/2")
    void anObjectIsReadInAnotherVersion() {
        try (CustomResource custom = converted()) {
            api.post(custom.collection("v1"), custom.object("v1", "cr-instance-1", "hostPort: \"localhost:8080\""))
                    .ok();
            eventually(() -> isSecond(
                    api.get(custom.collection("v2") + "/cr-instance-1").ok().body(), custom));
        }
    }

    @Test
    @Conformance("api-machinery/CRDConversionWebhook/1")
    void aListOfMixedVersionsIsConverted() {
        try (CustomResource custom = converted()) {
            api.post(custom.collection("v1"), custom.object("v1", "cr-instance-1", "hostPort: \"localhost:8080\""))
                    .ok();
            api.patch(custom.definition(), Api.JSON_PATCH, """
                            [{op: replace, path: /spec/versions/0/storage, value: false},
                             {op: replace, path: /spec/versions/1/storage, value: true}]""").ok();
            until(
                    "the storage version has moved",
                    () -> Trees.list(api.get(custom.definition()).body(), "status", "storedVersions")
                            .contains("v2"));
            api.post(custom.collection("v1"), custom.object("v1", "cr-instance-2", "hostPort: \"localhost:8080\""))
                    .ok();
            Answer list = api.get(custom.collection("v2")).ok();
            assertThat(list.items()).hasSize(2).allSatisfy(object -> isSecond(object, custom));
            Answer first = api.get(custom.collection("v1")).ok();
            assertThat(first.items())
                    .hasSize(2)
                    .allSatisfy(object -> assertThat(object).containsEntry("hostPort", "localhost:8080"));
        }
    }
}
