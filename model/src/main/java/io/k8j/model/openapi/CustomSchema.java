package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The schema of a custom resource as documents publish it. */
final class CustomSchema {
    private static final List<String> JUNCTORS = List.of("allOf", "anyOf", "oneOf", "not");
    private static final List<String> STRUCTURE = List.of("properties", "items", "additionalProperties");

    private CustomSchema() {}

    /**
     * The schema for one of the two forms. The third says all; the second cannot express junctors, nulls and values of
     * two types, and clients that read it break on them.
     */
    static Map<String, Object> published(Map<String, Object> schema, boolean third) {
        if (third) return schema;
        if (Trees.isTrue(schema, "x-kubernetes-preserve-unknown-fields")) {
            Map<String, Object> open = new LinkedHashMap<>();
            open.put("type", "object");
            return open;
        }
        return second(schema);
    }

    private static Map<String, Object> second(Map<String, Object> schema) {
        Map<String, Object> out = new LinkedHashMap<>();
        boolean nullable = Trees.isTrue(schema, "nullable");
        boolean open = Trees.isTrue(schema, "x-kubernetes-preserve-unknown-fields");
        schema.forEach((name, value) -> {
            if (JUNCTORS.contains(name) || name.equals("nullable")) return;
            if ((nullable || open) && STRUCTURE.contains(name)) return;
            if (nullable && name.equals("type")) return;
            out.put(name, child(name, value));
        });
        return out;
    }

    private static Object child(String name, Object value) {
        if (!(value instanceof Map<?, ?> map)) return value;
        if (name.equals("items") || name.equals("additionalProperties")) return second(Trees.asMap(map));
        if (!name.equals("properties")) return value;
        Map<String, Object> properties = new LinkedHashMap<>();
        Trees.asMap(map)
                .forEach((field, schema) ->
                        properties.put(field, schema instanceof Map<?, ?> inner ? second(Trees.asMap(inner)) : schema));
        return properties;
    }
}
