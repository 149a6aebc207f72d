package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.util.List;
import java.util.Map;

/**
 * What the suite does with one object of many resources: it finds the resource in discovery, and walks through create,
 * get, list, watch, patch, update, delete and deletecollection.
 */
final class Lifecycle {
    private final Api api;
    private final String collection;
    private final Map<String, Object> object;
    private final String label;

    /**
     * @param collection path of the collection
     * @param yaml the object without its name
     * @param label value of a label that only this test has
     */
    Lifecycle(Api api, String collection, String yaml, String label) {
        this.api = api;
        this.collection = collection;
        this.object = Trees.map(Yaml.parse(yaml));
        this.label = label;
    }

    /** The group, its version and its resources are found from the root. */
    static void discovered(Api api, String group, String version, String... resources) {
        Answer groups = api.get("/apis").ok();
        assertThat(groups.items("groups").stream()
                        .filter(g -> group.equals(g.get("name")))
                        .flatMap(g -> Trees.list(g, "versions").stream())
                        .map(v -> Trees.string(v, "version")))
                .contains(version);
        assertThat(api.get("/apis/" + group).ok().items("versions").stream().map(v -> v.get("version")))
                .contains(version);
        assertThat(api.get("/apis/" + group + "/" + version).ok().items("resources").stream()
                        .map(r -> String.valueOf(r.get("name"))))
                .contains(resources);
    }

    String selected() {
        return collection + "?labelSelector=conformance%3D" + label;
    }

    String path(String name) {
        return collection + "/" + name;
    }

    Answer create(String name) {
        Map<String, Object> tree = Trees.deepCopy(object);
        Trees.set(tree, name, "metadata", "name");
        Trees.set(tree, label, "metadata", "labels", "conformance");
        return api.post(collection, tree).ok();
    }

    /** All eight verbs; nothing is left afterwards. */
    void walk() {
        String first = label + "-1";
        try (Watching watching = api.watch(selected())) {
            Answer created = create(first);
            assertThat(created.at("metadata", "uid")).isNotEmpty();
            watching.next("ADDED", first);
            assertThat(api.get(path(first)).ok().at("metadata", "uid")).isEqualTo(created.at("metadata", "uid"));
            create(label + "-2");
            create(label + "-3");
            assertThat(api.get(selected()).ok().names()).containsExactly(first, label + "-2", label + "-3");
            patched(first, watching);
            updated(first, watching);
            api.delete(path(first)).ok();
            watching.next("DELETED", first);
            api.get(path(first)).refused(404);
        }
        assertThat(api.get(selected()).ok().items()).hasSize(2);
        api.delete(selected()).ok();
        assertThat(api.get(selected()).ok().items()).isEmpty();
    }

    private void patched(String name, Watching watching) {
        Answer patched = api.merge(path(name), "{metadata: {annotations: {patched: 'true'}}}")
                .ok();
        assertThat(patched.at("metadata", "annotations", "patched")).isEqualTo("true");
        watching.next("MODIFIED", event -> "true".equals(event.at("metadata", "annotations", "patched")));
    }

    private void updated(String name, Watching watching) {
        Map<String, Object> tree = api.get(path(name)).ok().copy();
        Trees.set(tree, "true", "metadata", "annotations", "updated");
        Answer updated = api.put(path(name), tree).ok();
        assertThat(updated.at("metadata", "annotations", "updated")).isEqualTo("true");
        assertThat(updated.at("metadata", "annotations", "patched")).isEqualTo("true");
        watching.next("MODIFIED", event -> "true".equals(event.at("metadata", "annotations", "updated")));
    }

    /**
     * A subresource with conditions can be read, patched and replaced; each change is in the answer and in later reads.
     *
     * @param condition fields that a condition of this kind needs beside type, status, reason and message
     */
    void conditions(String name, String subresource, Map<String, Object> condition) {
        String at = path(name) + "/" + subresource;
        assertThat(api.get(at).ok().at("metadata", "name")).isEqualTo(name);
        Map<String, Object> first = condition("PatchedStatus", condition);
        Answer patched = api.merge(at, Map.of("status", Map.of("conditions", List.of(first))))
                .ok();
        assertThat(types(patched)).contains("PatchedStatus");
        assertThat(types(api.get(at).ok())).contains("PatchedStatus");
        Map<String, Object> tree = api.get(at).ok().copy();
        List<Object> both = new java.util.ArrayList<>(Trees.list(tree, "status", "conditions"));
        both.add(condition("UpdatedStatus", condition));
        Trees.set(tree, both, "status", "conditions");
        assertThat(types(api.put(at, tree).ok())).contains("PatchedStatus", "UpdatedStatus");
        assertThat(types(api.get(path(name)).ok())).contains("PatchedStatus", "UpdatedStatus");
    }

    private static Map<String, Object> condition(String type, Map<String, Object> more) {
        Map<String, Object> made = new java.util.LinkedHashMap<>(more);
        made.put("type", type);
        made.put("status", "True");
        made.put("reason", "E2E");
        made.put("message", "set by a test");
        return made;
    }

    private static List<String> types(Answer answer) {
        return answer.items("status", "conditions").stream()
                .map(c -> String.valueOf(c.get("type")))
                .toList();
    }

    /** The names that a list with the test's label has. */
    List<String> names() {
        return api.get(selected()).ok().names();
    }
}
