package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstream's own answers are canonical already: they come out byte for byte, order and empty values included. */
class CanonicalTest {
    record Answer(String name, Map<String, Object> object) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Answer> answers() throws IOException {
        return Stream.concat(read("answers.jsonl", "object"), read("defaulting.jsonl", "output"));
    }

    private static Stream<Answer> read(String file, String field) throws IOException {
        try (InputStream in = CanonicalTest.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(Json::parseObject)
                            .map(line -> new Answer(Trees.string(line, "name"), Trees.map(line, field)))
                            .toList()
                            .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void leavesUpstreamsAnswersAsTheyAre(Answer answer) {
        Map<String, Object> object = answer.object();
        Schema schema =
                Schemas.kind(GroupVersionKind.of(Trees.string(object, "apiVersion"), Trees.string(object, "kind")));
        StrictDecoder.Decoded decoded = StrictDecoder.decode(schema, object);
        assertThat(decoded.problems()).isEmpty();
        assertThat(comparable(Canonical.of(schema, decoded.object()))).isEqualTo(comparable(object));
    }

    /** Newer servers write no creationTimestamp in templates, and always count the available Pods of a stateful set. */
    private static String comparable(Map<String, Object> object) {
        return Json.writeString(object)
                .replace("\"creationTimestamp\":null,", "")
                .replace("\"creationTimestamp\":null", "")
                .replace(",}", "}")
                .replace(",\"availableReplicas\":0", "");
    }

    @Test
    void doesTheSameTwice() {
        Schema schema = Schemas.kind(new GroupVersionKind("apps", "v1", "Deployment"));
        Map<String, Object> once = Canonical.of(schema, Map.of("spec", Map.of("replicas", 0L, "paused", false)));
        assertThat(Json.writeString(once))
                .isEqualTo("{\"metadata\":{},\"spec\":{\"replicas\":0,\"selector\":null,\"template\":{\"metadata\":{},"
                        + "\"spec\":{\"containers\":null}},\"strategy\":{}},\"status\":{}}");
        assertThat(Canonical.of(schema, once)).isEqualTo(once);
    }

    @Test
    void emptyValuesOfSchemasInsideSchemasAreLeftOutToo() {
        Schema schema = Schemas.kind(new GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition"));
        Map<String, Object> inner = Json.parseObject(
                "{\"type\":\"object\",\"title\":\"\",\"nullable\":false,\"properties\":{\"a\":{\"type\":\"array\",\"id\":\"\","
                        + "\"items\":{\"type\":\"string\",\"pattern\":\"\",\"minLength\":0}}},\"additionalProperties\":false}");
        Map<String, Object> tree = Json.parseObject("{\"spec\":{\"versions\":[{\"name\":\"v1\",\"schema\":{}}]}}");
        Trees.asMap((Map<?, ?>) Trees.list(tree, "spec", "versions").getFirst())
                .put("schema", Map.of("openAPIV3Schema", Map.of("type", "array", "items", inner)));
        Object version =
                Trees.list(Canonical.of(schema, tree), "spec", "versions").getFirst();
        assertThat(Json.writeString(Trees.get(version, "schema", "openAPIV3Schema", "items")))
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                                + "\"minLength\":0}}},\"additionalProperties\":false}");
    }
}
