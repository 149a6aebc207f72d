package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks that lists which are sets or maps have no item twice. */
final class ListValues {
    private final List<FieldError> errors = new ArrayList<>();

    private ListValues() {}

    /** Everything that is there twice in an object. */
    static List<FieldError> check(Map<String, Object> schema, Map<String, Object> object) {
        ListValues values = new ListValues();
        values.value("", schema, object);
        return values.errors;
    }

    private void value(String at, Map<String, Object> schema, Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> properties = Trees.map(schema, "properties");
            Trees.asMap(map).forEach((name, child) -> {
                if (properties.get(name) instanceof Map<?, ?> inner) {
                    value(at.isEmpty() ? name : at + "." + name, Trees.asMap(inner), child);
                } else if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
                    value(at + "[" + name + "]", Trees.asMap(other), child);
                }
            });
        } else if (value instanceof List<?> list) {
            list(at, schema, Trees.asList(list));
            if (!(schema.get("items") instanceof Map<?, ?> items)) return;
            for (int i = 0; i < list.size(); i++) value(at + "[" + i + "]", Trees.asMap(items), list.get(i));
        }
    }

    private void list(String at, Map<String, Object> schema, List<Object> list) {
        String type = Trees.string(schema, "x-kubernetes-list-type");
        if ("set".equals(type)) {
            unique(at, list);
        } else if ("map".equals(type)) {
            List<Object> keys = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i) != null && !(list.get(i) instanceof Map)) {
                    String detail = "must be an object for an array of list-type map";
                    errors.add(FieldError.invalid(at + "[" + i + "]", list.get(i), detail));
                    return;
                }
                keys.add(key(schema, list.get(i)));
            }
            unique(at, keys);
        }
    }

    private static Map<String, Object> key(Map<String, Object> schema, Object item) {
        Map<String, Object> key = new LinkedHashMap<>();
        for (Object name : Trees.list(schema, "x-kubernetes-list-map-keys")) {
            String field = String.valueOf(name);
            if (item instanceof Map<?, ?> map && map.containsKey(field)) key.put(field, map.get(field));
        }
        return key;
    }

    private void unique(String at, List<Object> items) {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            int times = seen.merge(Json.writeString(items.get(i)), 1, Integer::sum);
            if (times == 2) errors.add(FieldError.duplicate(at + "[" + i + "]", items.get(i)));
        }
    }
}
