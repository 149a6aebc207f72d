package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Drops what a custom resource's schema does not know. Values are not checked and not changed. */
public final class Pruner {
    private static final int MAX_UNKNOWN = 100;
    private static final List<String> TYPE_META = List.of("apiVersion", "kind", "metadata");

    private final List<String> problems = new ArrayList<>();

    private Pruner() {}

    /**
     * Prunes in place, except {@code apiVersion}, {@code kind} and {@code metadata} at the top.
     *
     * @return one {@code unknown field "spec.foo"} for each field dropped, at most 100
     */
    public static List<String> prune(Schema schema, Map<String, Object> object) {
        Pruner pruner = new Pruner();
        pruner.object(schema, object, "", true);
        return List.copyOf(pruner.problems);
    }

    private void object(Schema schema, Map<String, Object> object, String place, boolean whole) {
        Iterator<Map.Entry<String, Object>> entries = object.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Object> entry = entries.next();
            String name = entry.getKey();
            if (whole && TYPE_META.contains(name)) continue;
            String path = place.isEmpty() ? name : place + "." + name;
            Schema.Field field = schema.field(name);
            if (field != null) {
                value(field.schema(), entry.getValue(), path);
            } else if (schema.items() != null) {
                value(schema.items(), entry.getValue(), path);
            } else if (!schema.preserveUnknownFields()) {
                entries.remove();
                if (problems.size() < MAX_UNKNOWN) problems.add("unknown field \"" + path + "\"");
            }
        }
    }

    private void value(Schema schema, Object value, String place) {
        if (value instanceof Map<?, ?> map) {
            boolean free = schema.type() == Schema.Type.ANY && schema.fields().isEmpty();
            if (!free) object(schema, Trees.asMap(map), place, schema.embeddedResource());
        } else if (value instanceof List<?> list && schema.items() != null) {
            for (int i = 0; i < list.size(); i++) value(schema.items(), list.get(i), place + "[" + i + "]");
        }
    }
}
