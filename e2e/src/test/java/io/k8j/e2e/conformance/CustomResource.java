package io.k8j.e2e.conformance;

import static org.awaitility.Awaitility.await;

import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.time.Duration;
import java.util.Map;

/** A CustomResourceDefinition that exists as long as one test needs it. */
final class CustomResource implements AutoCloseable {
    static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    /** A version whose schema keeps everything. */
    static final String OPEN_V1 = """
            - name: v1
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    private final Api api;
    private final String group;
    private final String kind;
    private final String namespace;

    private CustomResource(Api api, String group, String kind, String namespace) {
        this.api = api;
        this.group = group;
        this.kind = kind;
        this.namespace = namespace;
    }

    /** The definition's text; versions and conversion are YAML at the level of {@code spec}. */
    static String yaml(String group, String kind, String versions, String more) {
        String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
        return """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %s.%s, labels: {conformance: %s}}
                spec:
                  group: %s
                  names: {kind: %s, plural: %s, singular: %s, listKind: %sList}
                  scope: Namespaced
                  versions:
                %s
                %s
                """.formatted(
                        plural,
                        group,
                        label(group.split("\\.")[0]),
                        group,
                        kind,
                        plural,
                        kind.toLowerCase(java.util.Locale.ROOT),
                        kind,
                        versions.indent(2),
                        more.indent(2));
    }

    private static String label(String text) {
        return text.length() > 63 ? "long" : text;
    }

    /** One served version that keeps unknown fields. */
    static CustomResource simple(Api api, String unique) {
        return create(api, unique, "Foo", OPEN_V1, "");
    }

    /** Creates it and waits until it is established and served. */
    static CustomResource create(Api api, String unique, String kind, String versions, String more) {
        String group = unique + ".example.com";
        api.post(DEFINITIONS, yaml(group, kind, versions, more)).ok();
        CustomResource custom = new CustomResource(
                api, group, kind, unique.contains("test-") ? unique.substring(unique.indexOf("test-")) : unique);
        custom.awaitEstablished();
        return custom;
    }

    void awaitEstablished() {
        await("the definition is established")
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get(definition()).ok().items("status", "conditions").stream()
                        .anyMatch(c -> "Established".equals(c.get("type")) && "True".equals(c.get("status"))));
        String served =
                Trees.string(api.get(definition()).items("spec", "versions").getFirst(), "name");
        await("it is served")
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get(collection(served)).code() == 200);
    }

    String group() {
        return group;
    }

    String kind() {
        return kind;
    }

    String plural() {
        return kind.toLowerCase(java.util.Locale.ROOT) + "s";
    }

    /** Path of the definition. */
    String definition() {
        return DEFINITIONS + "/" + plural() + "." + group;
    }

    /** Path of the objects in the test's namespace. */
    String collection(String version) {
        return "/apis/" + group + "/" + version + "/namespaces/" + namespace + "/" + plural();
    }

    /** An object with further fields as YAML in flow form, such as {@code spec: {a: 1}}. */
    Map<String, Object> object(String version, String name, String more) {
        return Trees.map(Yaml.parse("""
                apiVersion: %s/%s
                kind: %s
                metadata: {name: %s}
                %s
                """.formatted(group, version, kind, name, more)));
    }

    @Override
    public void close() {
        api.delete(definition());
    }
}
