package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Shell;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAPI tells of custom resources what their definitions say, and kubectl goes by it. */
class PublishedSchemasTest extends ConformanceCase {
    private static final String FOO = """
            description: Foo CRD for Testing
            type: object
            properties:
              spec:
                type: object
                description: Specification of Foo
                properties:
                  bars:
                    description: List of Bars and their specs.
                    type: array
                    items:
                      type: object
                      required: [name]
                      properties:
                        name: {description: Name of Bar., type: string}
                        age: {description: Age of Bar., type: string}
                        feeling: {description: Whether Bar is feeling great., type: string, enum: [Great, Down]}
                        bazs: {description: List of Bazs., items: {type: string}, type: array}
              status:
                description: Status of Foo
                type: object
                properties:
                  bars:
                    description: List of Bars and their statuses.
                    type: array
                    items:
                      type: object
                      properties:
                        name: {description: Name of Bar., type: string}
                        available: {description: Whether the Bar is installed., type: boolean}
            """;
    private static final String WALDO = """
            description: Waldo CRD for Testing
            type: object
            properties:
              spec:
                description: Specification of Waldo
                type: object
                properties:
                  dummy: {description: Dummy property., type: object}
              status:
                description: Status of Waldo
                type: object
                properties:
                  bars: {description: List of Bars and their statuses., type: array, items: {type: object}}
            """;
    private static final String PRESERVE_ROOT = """
            description: preserve-unknown-properties at root for Testing
            x-kubernetes-preserve-unknown-fields: true
            type: object
            properties:
              spec:
                description: Specification of Waldo
                type: object
                properties:
                  dummy: {description: Dummy property., type: object}
            """;
    private static final String PRESERVE_NESTED = """
            description: preserve-unknown-properties in nested field for Testing
            type: object
            properties:
              spec:
                description: Specification of Waldo
                type: object
                x-kubernetes-preserve-unknown-fields: true
                properties:
                  dummy: {description: Dummy property., type: object}
            """;
    private static final String EMPTY = "{type: object, x-kubernetes-preserve-unknown-fields: true}";

    @TempDir
    Path directory;

    private static String versions(String schema, String... names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append("- name: ")
                    .append(name)
                    .append("\n  served: true\n  storage: ")
                    .append(name.equals(names[0]));
            text.append("\n  schema:\n    openAPIV3Schema:\n").append(schema.indent(6));
        }
        return text.toString();
    }

    private CustomResource define(String unique, String kind, String schema, String... names) {
        return CustomResource.create(api, unique + "-" + namespace, kind, versions(schema, names), "");
    }

    /** The definition of a version in OpenAPI v2, {@code null} if there is none. */
    private Map<String, Object> published(CustomResource custom, String version) {
        List<String> reversed = List.of(custom.group().split("\\.")).reversed();
        String name = String.join(".", reversed) + "." + version + "." + custom.kind();
        Object found = Trees.get(api.get("/openapi/v2").ok().body(), "definitions", name);
        return found == null ? null : Trees.map(found);
    }

    private void isPublished(CustomResource custom, String version, String schema) {
        eventually(() -> {
            Map<String, Object> found = published(custom, version);
            assertThat(found).isNotNull();
            Map<String, Object> bare = new LinkedHashMap<>(found);
            bare.remove("x-kubernetes-group-version-kind");
            if (bare.get("properties") instanceof Map<?, ?> properties) {
                Map<String, Object> own = new LinkedHashMap<>(Trees.asMap(properties));
                List.of("apiVersion", "kind", "metadata").forEach(own::remove);
                bare.put("properties", own);
                if (own.isEmpty()) bare.remove("properties");
            }
            assertThat(bare).isEqualTo(Yaml.parse(schema));
        });
    }

    private void isNotPublished(CustomResource custom, String version) {
        eventually(() -> assertThat(published(custom, version)).isNull());
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/7")
    void definitionsOfSeveralGroups() {
        try (CustomResource foo = define("foo", "Foo", FOO, "v1");
                CustomResource waldo = define("waldo", "Waldo", WALDO, "v1beta1")) {
            isPublished(waldo, "v1beta1", WALDO);
            isPublished(foo, "v1", FOO);
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/9")
    void definitionsOfSeveralVersions() {
        try (CustomResource both = define("multi-ver", "Foo", FOO, "v2", "v3")) {
            isPublished(both, "v3", FOO);
            isPublished(both, "v2", FOO);
        }
        try (CustomResource foo = define("common-group", "Foo", FOO, "v4");
                CustomResource waldo = define("common-group", "Waldo", WALDO, "v5")) {
            isPublished(waldo, "v5", WALDO);
            isPublished(foo, "v4", FOO);
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/8")
    void definitionsOfSeveralKinds() {
        try (CustomResource foo = define("common-group", "Foo", FOO, "v6");
                CustomResource waldo = define("common-group", "Waldo", WALDO, "v6")) {
            isPublished(waldo, "v6", WALDO);
            isPublished(foo, "v6", FOO);
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/2")
    void aVersionIsRenamed() {
        try (CustomResource both = define("multi-ver", "Foo", FOO, "v2", "v3")) {
            isPublished(both, "v3", FOO);
            api.patch(both.definition(), Api.JSON_PATCH, """
                            [{op: test, path: /spec/versions/1/name, value: v3},
                             {op: replace, path: /spec/versions/1/name, value: v4}]""").ok();
            isPublished(both, "v4", FOO);
            isNotPublished(both, "v3");
            isPublished(both, "v2", FOO);
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/1")
    void aVersionIsNotServedAnyMore() {
        try (CustomResource both = define("multi-to-single", "Foo", FOO, "v5", "v6alpha1")) {
            isPublished(both, "v6alpha1", FOO);
            Map<String, Object> tree = api.get(both.definition()).copy();
            Trees.map(Trees.list(tree, "spec", "versions").get(1)).put("served", false);
            api.put(both.definition(), tree).ok();
            isNotPublished(both, "v6alpha1");
            isPublished(both, "v5", FOO);
        }
    }

    private Shell shell() {
        try {
            Path kubeconfig = Files.writeString(directory.resolve("admin.yaml"), cluster.kubeconfig(namespace));
            return Shell.in(directory.resolve("shell"), KubectlBinary.newest(), kubeconfig, namespace);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String resource(CustomResource custom) {
        return custom.plural() + "." + custom.group();
    }

    private static void isAccepted(Shell shell, CustomResource custom, String fields) {
        String object = "{\"kind\":\"%s\",\"apiVersion\":\"%s/v1\",\"metadata\":{\"name\":\"test-cr\"},%s}"
                .formatted(custom.kind(), custom.group(), fields);
        for (String verb : List.of("create", "apply")) {
            shell.runWithInput(object, "kubectl " + verb + " -f -").succeeds();
            shell.run("kubectl delete " + resource(custom) + " test-cr").succeeds();
        }
    }

    private static void isRejected(Shell shell, CustomResource custom, String fields, String words) {
        String object = "{\"kind\":\"%s\",\"apiVersion\":\"%s/v1\",\"metadata\":{\"name\":\"test-cr\"},%s}"
                .formatted(custom.kind(), custom.group(), fields);
        for (String verb : List.of("create", "apply")) {
            shell.runWithInput(object, "kubectl " + verb + " -f -").failsMentioning(words);
        }
    }

    private static void explains(Shell shell, String what, String pattern) {
        Result result = shell.run("kubectl explain " + what);
        assertThat(result.stdout()).containsPattern(Pattern.compile(pattern, Pattern.DOTALL));
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/5")
    void kubectlGoesByTheSchema() {
        try (CustomResource custom = define("foo", "Foo", FOO, "v1")) {
            isPublished(custom, "v1", FOO);
            Shell shell = shell();
            isAccepted(shell, custom, "\"spec\":{\"bars\":[{\"name\":\"test-bar\"}]}");
            isRejected(shell, custom, "\"spec\":{\"foo\":true}", "unknown field \"spec.foo\"");
            isRejected(shell, custom, "\"spec\":{\"bars\":[{\"age\":\"10\"}]}", "spec.bars[0].name: Required value");
            isRejected(
                    shell,
                    custom,
                    "\"spec\":{\"bars\":[{\"name\":\"test-bar\",\"feeling\":\"NonExistentValue\"}]}",
                    "Unsupported value: \"NonExistentValue\"");
            String name = resource(custom);
            explains(
                    shell,
                    name,
                    "DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo");
            explains(
                    shell,
                    name + ".metadata",
                    "DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp");
            explains(
                    shell,
                    name + ".spec",
                    "DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\\[\\]Object>.*List of Bars and their specs");
            explains(
                    shell,
                    name + ".spec.bars",
                    "bars.*<\\[\\]Object>.*DESCRIPTION:.*List of Bars and their specs.*FIELDS:.*bazs.*<\\[\\]string>.*List of Bazs.*name.*<string>.*Name of Bar");
            shell.run("kubectl explain " + name + ".spec.bars2").failsMentioning("field \"bars2\" does not exist");
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/6")
    void kubectlAcceptsAnythingWithoutASchema() {
        try (CustomResource custom = define("empty", "Foo", EMPTY, "v1")) {
            isPublished(custom, "v1", "{type: object}");
            Shell shell = shell();
            isAccepted(shell, custom, "\"a\":{\"b\":[{\"c\":\"d\"}]}");
            explains(shell, resource(custom), "DESCRIPTION:.*<empty>");
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/3")
    void kubectlAcceptsAnythingWhereTheRootKeepsIt() {
        try (CustomResource custom = define("unknown-at-root", "Foo", PRESERVE_ROOT, "v1")) {
            eventually(() -> assertThat(published(custom, "v1")).isNotNull());
            Shell shell = shell();
            isAccepted(shell, custom, "\"a\":{\"b\":[{\"c\":\"d\"}]}");
            explains(shell, resource(custom), "KIND:.*Foo");
        }
    }

    @Test
    @Conformance("api-machinery/CRDPublishOpenAPI/4")
    void kubectlAcceptsAnythingWhereAFieldKeepsIt() {
        try (CustomResource custom = define("unknown-in-nested", "Foo", PRESERVE_NESTED, "v1")) {
            eventually(() -> assertThat(published(custom, "v1")).isNotNull());
            Shell shell = shell();
            isAccepted(shell, custom, "\"spec\":{\"b\":[{\"c\":\"d\"}]}");
            explains(shell, resource(custom), "DESCRIPTION:.*preserve-unknown-properties in nested field for Testing");
        }
    }
}
