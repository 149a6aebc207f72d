package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Finds what a value was before, where that can be told. */
final class Former {
    private Former() {}

    /** The item that had the same keys in the former list; {@code otherwise} if none had or the list has no keys. */
    static Object item(Map<String, Object> schema, Object item, Object former, Object otherwise) {
        if (!"map".equals(schema.get("x-kubernetes-list-type")) || !(former instanceof List<?> list)) return otherwise;
        List<Object> keys = Trees.list(schema, "x-kubernetes-list-map-keys");
        for (Object candidate : list) {
            boolean same = keys.stream()
                    .allMatch(k -> Trees.deepEquals(
                            Trees.get(item, String.valueOf(k)), Trees.get(candidate, String.valueOf(k))));
            if (same) return candidate;
        }
        return otherwise;
    }

    /** The former value of a field; {@code otherwise} if it had none. */
    static Object field(String name, Object former, Object otherwise) {
        return former instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : otherwise;
    }
}
