package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/**
 * Tells whether a schema can be read as a structural one at all. One that cannot is refused for what makes it so and for
 * nothing that only a structural schema has. Pure.
 */
final class ReadableSchema {
    private static final List<String> JUNCTORS = List.of("allOf", "anyOf", "oneOf");

    /** Fields that no structural schema has, each unless empty. */
    private static final List<String> FOREIGN =
            List.of("id", "$schema", "$ref", "patternProperties", "dependencies", "definitions");

    private ReadableSchema() {}

    static boolean test(Map<String, Object> schema) {
        for (String field : FOREIGN) {
            Object value = schema.get(field);
            if (value != null && !value.equals("") && !(value instanceof Map<?, ?> map && map.isEmpty())) return false;
        }
        if (schema.get("additionalItems") != null) return false;
        if (Boolean.FALSE.equals(schema.get("x-kubernetes-preserve-unknown-fields"))) return false;
        if (schema.get("items") instanceof List<?> list && !list.isEmpty()) return false;
        return inner(schema.get("items"))
                && inner(schema.get("additionalProperties"))
                && inner(schema.get("not"))
                && Trees.map(schema, "properties").values().stream().allMatch(ReadableSchema::inner)
                && JUNCTORS.stream()
                        .flatMap(junctor -> Trees.list(schema, junctor).stream())
                        .allMatch(ReadableSchema::inner);
    }

    private static boolean inner(Object value) {
        return !(value instanceof Map<?, ?> map) || test(Trees.asMap(map));
    }
}
