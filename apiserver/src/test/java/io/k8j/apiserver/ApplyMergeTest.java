package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How configurations are merged by list types, map types and their changes, through the API with schemas of custom
 * resources, after the ideas of the tests of upstream's merge library.
 */
class ApplyMergeTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String THINGS = "a.b/v1/things";
    private static final String SET = "{type: array, items: {type: string}, x-kubernetes-list-type: set}";
    private static final String MAP =
            "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object,"
                    + " required: [name], properties: {name: {type: string}, value: {type: string}, other: {type: string}}}}";
    private static final String ATOMIC = "{type: array, items: {type: string}, x-kubernetes-list-type: atomic}";
    private static final String GRANULAR = "{type: object, additionalProperties: {type: string}}";
    private static final String WHOLE =
            "{type: object, additionalProperties: {type: string}, x-kubernetes-map-type: atomic}";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static String definition(String field) {
        return "{metadata: {name: things.a.b}, spec: {group: a.b, scope: Namespaced, names: {plural: things, kind: Thing},"
                + " versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object,"
                + " properties: {spec: {type: object, properties: {f: " + field + "}}}}}}]}}";
    }

    private void define(String field) {
        server.create(
                DEFINITIONS, Json.writeString(Yaml.tree(definition(field))).replace('"', '\''));
        Awaitility.await().until(() -> server.core.table().get(TestServer.gvr(THINGS)) != null);
    }

    /** Changes the schema and waits until writes go by the new one. */
    private void redefine(String field) {
        long before = server.core.table().version();
        Map<String, Object> definition = server.get(DEFINITIONS, "things.a.b");
        Trees.set(definition, Trees.get(Yaml.tree(definition(field)), "spec"), "spec");
        server.update(DEFINITIONS, "things.a.b", definition);
        Awaitility.await().until(() -> server.core.table().version() != before);
    }

    private Map<String, Object> apply(String manager, String value) {
        return apply(manager, value, "");
    }

    private Map<String, Object> apply(String manager, String value, String query) {
        String spec = value.isEmpty() ? "{}" : "{f: " + value + "}";
        String yaml = "{apiVersion: a.b/v1, kind: Thing, metadata: {name: t}, spec: " + spec + "}";
        return server.patch(
                THINGS,
                "t",
                "apply",
                Json.writeString(Yaml.tree(yaml)).replace('"', '\''),
                "fieldManager=" + manager + query);
    }

    private Map<String, Object> update(String manager, String value) {
        String patch = Json.writeString(Yaml.tree("{spec: {f: " + value + "}}")).replace('"', '\'');
        return server.patch(THINGS, "t", "merge", patch, "fieldManager=" + manager);
    }

    private String conflict(String manager, String value) {
        ApiException refused = TestServer.refusal(() -> apply(manager, value));
        assertThat(refused.code()).as(refused.getMessage()).isEqualTo(409);
        return refused.getMessage().replaceAll(" using a\\.b/v1 at [^:]*", "");
    }

    /** Fields in order of their names, as Go writes them. */
    private static String value(Map<String, Object> object) {
        return Json.writeString(sorted(Trees.get(object, "spec", "f")));
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((name, item) -> sorted.put((String) name, sorted(item)));
                yield sorted;
            }
            case List<?> list -> list.stream().map(ApplyMergeTest::sorted).toList();
            case null, default -> value;
        };
    }

    /** Who owns what below {@code spec}. */
    private static String owners(Map<String, Object> object) {
        Map<String, String> owners = new TreeMap<>();
        for (Object entry : Trees.list(object, "metadata", "managedFields")) {
            owners.put(
                    Trees.string(entry, "manager"),
                    Json.writeString(Trees.get(entry, "fieldsV1", "f:spec")).replace("\"", ""));
        }
        return owners.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }

    @Test
    void itemsOfASetComeFromSeveralAndGoWithTheirLastOwner() {
        define(SET);
        apply("a", "[x, y]");
        Map<String, Object> both = apply("b", "[y, z]");
        assertThat(value(both)).isEqualTo("[\"x\",\"y\",\"z\"]");
        assertThat(owners(both)).isEqualTo("a={f:f:{v:\\x\\:{},v:\\y\\:{}}} b={f:f:{v:\\y\\:{},v:\\z\\:{}}}");
        assertThat(value(apply("a", ""))).isEqualTo("[\"y\",\"z\"]");
        assertThat(value(apply("b", "[z]"))).isEqualTo("[\"z\"]");
    }

    @Test
    void theOrderOfASetFollowsWhoeverAppliedLast() {
        define(SET);
        apply("a", "[a, b, c, d]");
        assertThat(value(apply("b", "[d, c, e]"))).isEqualTo("[\"a\",\"b\",\"d\",\"c\",\"e\"]");
        assertThat(value(apply("a", "[d, c, b, a]"))).isEqualTo("[\"d\",\"c\",\"e\",\"b\",\"a\"]");
    }

    @Test
    void aSetWithTwinsIsRefused() {
        define(SET);
        ApiException refused = TestServer.refusal(() -> apply("a", "[x, x]"));
        assertThat(refused.getMessage()).contains(".spec.f: duplicate entries for key [=\"x\"]");
    }

    @Test
    void fieldsOfAnItemHaveOwnersOfTheirOwn() {
        define(MAP);
        apply("a", "[{name: one, value: '1'}]");
        Map<String, Object> both = apply("b", "[{name: one, other: '2'}, {name: two}]");
        assertThat(value(both)).isEqualTo("[{\"name\":\"one\",\"other\":\"2\",\"value\":\"1\"},{\"name\":\"two\"}]");
        assertThat(conflict("b", "[{name: one, value: '9'}]"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"a\": .spec.f[name=\"one\"].value");
        // The item stays because b has its key, the field goes with its owner.
        assertThat(value(apply("a", ""))).isEqualTo("[{\"name\":\"one\",\"other\":\"2\"},{\"name\":\"two\"}]");
        assertThat(value(apply("b", "[{name: two}]"))).isEqualTo("[{\"name\":\"two\"}]");
    }

    @Test
    void severalConflictsAreNamedByManager() {
        define(MAP);
        apply("a", "[{name: one, value: '1', other: '1'}]");
        apply("b", "[{name: two, value: '2'}]");
        assertThat(conflict("c", "[{name: one, value: x, other: x}, {name: two, value: x}]"))
                .isEqualTo("""
                    Apply failed with 3 conflicts: conflicts with "a":
                    - .spec.f[name="one"].other
                    - .spec.f[name="one"].value
                    conflicts with "b":
                    - .spec.f[name="two"].value""");
        Map<String, Object> forced =
                apply("c", "[{name: one, value: x, other: x}, {name: two, value: x}]", "&force=true");
        assertThat(owners(forced))
                .isEqualTo(
                        "a={f:f:{k:{\\name\\:\\one\\}:{.:{},f:name:{}}}}"
                                + " b={f:f:{k:{\\name\\:\\two\\}:{.:{},f:name:{}}}}"
                                + " c={f:f:{k:{\\name\\:\\one\\}:{.:{},f:name:{},f:other:{},f:value:{}},k:{\\name\\:\\two\\}:{.:{},f:name:{},f:value:{}}}}");
    }

    @Test
    void anItemWithoutItsKeyIsRefused() {
        define(MAP);
        ApiException refused = TestServer.refusal(() -> apply("a", "[{value: '1'}]"));
        assertThat(refused.getMessage())
                .contains(".spec.f: element 0: associative list with keys has an element that omits all key fields"
                        + " [\"name\"] (and doesn't have default values for any key fields)");
    }

    @Test
    void anAtomicListHasOneOwner() {
        define(ATOMIC);
        apply("a", "[x]");
        assertThat(conflict("b", "[x, y]")).isEqualTo("Apply failed with 1 conflict: conflict with \"a\": .spec.f");
        assertThat(owners(apply("b", "[x]"))).isEqualTo("a={f:f:{}} b={f:f:{}}");
        Map<String, Object> changed = update("editor", "[z]");
        assertThat(owners(changed)).isEqualTo("editor={f:f:{}}");
    }

    @Test
    void aGranularMapIsOwnedByKeyAndAnAtomicOneAsAWhole() {
        define(GRANULAR);
        apply("a", "{x: '1'}");
        Map<String, Object> both = apply("b", "{y: '2'}");
        assertThat(value(both)).isEqualTo("{\"x\":\"1\",\"y\":\"2\"}");
        redefine(WHOLE);
        assertThat(conflict("b", "{y: '2'}")).startsWith("Apply failed with 1 conflict: conflict with \"a\": .spec.f");
        Map<String, Object> taken = apply("b", "{y: '3'}", "&force=true");
        assertThat(value(taken)).isEqualTo("{\"y\":\"3\"}");
        assertThat(owners(taken)).isEqualTo("b={f:f:{}}");
    }

    @Test
    void anAtomicMapThatBecomesGranularCountsAsIfItHadAlwaysBeen() {
        define(WHOLE);
        apply("a", "{x: '1', y: '2'}");
        redefine(GRANULAR);
        Map<String, Object> more = apply("b", "{x: '9', z: '3'}"); // its owner had the map, not the keys
        assertThat(value(more)).isEqualTo("{\"x\":\"9\",\"y\":\"2\",\"z\":\"3\"}");
        assertThat(conflict("a", "{x: '1'}")).isEqualTo("Apply failed with 1 conflict: conflict with \"b\": .spec.f.x");
    }

    @Test
    void aSetThatBecomesAtomicIsOwnedAsAWhole() {
        define(SET);
        apply("a", "[x]");
        apply("b", "[y]");
        redefine(ATOMIC);
        Map<String, Object> taken = apply("c", "[z]", "&force=true");
        assertThat(value(taken)).isEqualTo("[\"z\"]");
        assertThat(owners(taken)).isEqualTo("c={f:f:{}}");
    }

    @Test
    void anUpdateThatRemovesAnItemTakesItFromItsOwner() {
        define(MAP);
        apply("a", "[{name: one, value: '1'}, {name: two, value: '2'}]");
        Map<String, Object> removed = update("editor", "[{name: two, value: '2'}]");
        assertThat(owners(removed)).isEqualTo("a={f:f:{k:{\\name\\:\\two\\}:{.:{},f:name:{},f:value:{}}}}");
        Map<String, Object> again = apply("a", "[{name: one, value: '1'}, {name: two, value: '2'}]");
        assertThat(value(again)).contains("\"one\"");
    }

    @Test
    void whatWasUpdatedAndThenAppliedAlikeBelongsToBoth() {
        define(GRANULAR);
        apply("a", "{x: '1'}");
        update("editor", "{y: '2'}");
        Map<String, Object> both = apply("a", "{x: '1', y: '2'}");
        assertThat(owners(both)).isEqualTo("a={f:f:{f:x:{},f:y:{}}} editor={f:f:{f:y:{}}}");
        // Not applied any more, but the editor still has it.
        assertThat(value(apply("a", "{x: '1'}"))).isEqualTo("{\"x\":\"1\",\"y\":\"2\"}");
    }

    @Test
    void fieldsWithoutASchemaAreOwnedOneByOne() {
        define("{type: object, x-kubernetes-preserve-unknown-fields: true}");
        apply("a", "{x: {y: 1}, l: [1, 2]}");
        Map<String, Object> both = apply("b", "{x: {z: 2}}");
        assertThat(value(both)).isEqualTo("{\"l\":[1,2],\"x\":{\"y\":1,\"z\":2}}");
        assertThat(owners(both)).isEqualTo("a={f:f:{f:l:{},f:x:{.:{},f:y:{}}}} b={f:f:{f:x:{.:{},f:z:{}}}}");
        assertThat(conflict("b", "{x: {z: 2}, l: [3]}"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"a\": .spec.f.l");
    }

    @Test
    void anEmptyMapIsOwnedItself() {
        define(GRANULAR);
        Map<String, Object> empty = apply("a", "{}");
        assertThat(value(empty)).isEqualTo("{}");
        assertThat(owners(empty)).isEqualTo("a={f:f:{}}");
        Map<String, Object> filled = apply("b", "{x: '1'}");
        assertThat(owners(filled)).isEqualTo("a={f:f:{}} b={f:f:{f:x:{}}}");
        // A map that loses its last key becomes null, which a field that is not nullable cannot be.
        assertThat(value(apply("b", ""))).isEqualTo("null");
    }
}
