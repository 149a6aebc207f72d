package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Spells out what every object has in those that {@code x-kubernetes-embedded-resource} says are within others. */
final class EmbeddedObjects {
    private final Map<String, Object> own;
    private final boolean third;

    /**
     * @param own schemas of {@code apiVersion}, {@code kind} and {@code metadata}
     * @param third whether the schema is for the third form, where unknown fields may stand beside known ones
     */
    EmbeddedObjects(Map<String, Object> own, boolean third) {
        this.own = own;
        this.third = third;
    }

    /** The schema with all such objects in it spelled out; the given one stays as it is. */
    Map<String, Object> spelledOut(Map<String, Object> schema) {
        Map<String, Object> out = new LinkedHashMap<>(schema);
        out.computeIfPresent(
                "properties", (name, value) -> value instanceof Map<?, ?> map ? properties(Trees.asMap(map)) : value);
        out.computeIfPresent("items", (name, value) -> inner(value));
        out.computeIfPresent("additionalProperties", (name, value) -> inner(value));
        boolean open = Trees.isTrue(schema, "x-kubernetes-preserve-unknown-fields");
        if (!Trees.isTrue(schema, "x-kubernetes-embedded-resource") || open && !third) return out;
        Map<String, Object> properties = new TreeMap<>(Trees::compareKeys);
        properties.putAll(Trees.map(out, "properties"));
        properties.putAll(own);
        out.put("properties", properties);
        List<Object> required = new ArrayList<>(Trees.list(out, "required"));
        for (String field : List.of("kind", "apiVersion")) if (!required.contains(field)) required.add(field);
        out.put("required", required);
        return out;
    }

    private Map<String, Object> properties(Map<String, Object> properties) {
        Map<String, Object> out = new LinkedHashMap<>();
        properties.forEach((name, schema) -> out.put(name, inner(schema)));
        return out;
    }

    private Object inner(Object schema) {
        return schema instanceof Map<?, ?> map ? spelledOut(Trees.asMap(map)) : schema;
    }
}
