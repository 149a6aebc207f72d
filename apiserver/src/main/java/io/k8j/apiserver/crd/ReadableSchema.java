package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Tells why a schema cannot be read as a structural one at all. One that cannot is refused for what makes it so and for
 * nothing that only a structural schema has. Pure.
 */
final class ReadableSchema {
    private static final List<String> JUNCTORS = List.of("allOf", "anyOf", "oneOf");

    /** Fields that no structural schema has, each unless empty. */
    private static final List<String> FOREIGN =
            List.of("id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions");

    private ReadableSchema() {}

    /** Upstream's sentence about the first thing that no structural schema has; null if there is none. */
    static String fault(Map<String, Object> schema) {
        for (String field : FOREIGN) {
            Object value = schema.get(field);
            boolean empty = value == null || value.equals("") || value instanceof Map<?, ?> map && map.isEmpty();
            String name = field.equals("$schema") ? "schema" : field;
            if (!empty) return "OpenAPIV3Schema '" + name + "' is not supported";
        }
        if (Boolean.FALSE.equals(schema.get("x-kubernetes-preserve-unknown-fields"))) {
            return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
        }
        if (schema.get("items") instanceof List<?> list && !list.isEmpty()) {
            return "OpenAPIV3Schema 'items' must be a schema, but is an array";
        }
        return parts(schema)
                .filter(Map.class::isInstance)
                .map(part -> fault(Trees.asMap((Map<?, ?>) part)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static Stream<Object> parts(Map<String, Object> schema) {
        Stream<Object> single =
                Stream.of("not", "items", "additionalProperties").map(schema::get);
        Stream<Object> junctors = JUNCTORS.stream().flatMap(junctor -> Trees.list(schema, junctor).stream());
        return Stream.of(single, junctors, Trees.map(schema, "properties").values().stream())
                .flatMap(all -> all);
    }
}
