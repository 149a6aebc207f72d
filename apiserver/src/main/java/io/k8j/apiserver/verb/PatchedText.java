package io.k8j.apiserver.verb;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a patch made of an object, as messages show it: maps that the patch went into have their keys in order, the others
 * as they were. Pure.
 */
final class PatchedText {
    private PatchedText() {}

    /**
     * @param patch a list of operations, or a merge patch
     * @param patched what came out
     */
    static String of(Object patch, Map<String, Object> patched) {
        Map<String, Object> touched = new LinkedHashMap<>();
        if (patch instanceof List<?> operations) {
            for (Object operation : operations) {
                for (String field : List.of("path", "from")) {
                    String pointer = Trees.string(operation, field);
                    if (pointer != null) enter(touched, pointer);
                }
            }
        } else if (patch instanceof Map<?, ?> merged) {
            touched = Trees.asMap(merged);
        }
        return Json.writeString(ordered(patched, touched));
    }

    private static void enter(Map<String, Object> touched, String pointer) {
        List<String> steps = new ArrayList<>(List.of(pointer.split("/", -1)));
        Map<String, Object> at = touched;
        for (String step : steps.subList(1, Math.max(1, steps.size() - 1))) {
            String name = step.replace("~1", "/").replace("~0", "~");
            at = Trees.asMap((Map<?, ?>) at.computeIfAbsent(name, key -> new LinkedHashMap<>()));
        }
    }

    private static Object ordered(Object value, Object touched) {
        if (!(touched instanceof Map<?, ?> inner)) return value;
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) items.add(ordered(list.get(i), inner.get(Integer.toString(i))));
            return items;
        }
        if (!(value instanceof Map<?, ?> map)) return value;
        Map<String, Object> sorted = new TreeMap<>(Trees::compareKeys);
        Trees.asMap(map).forEach((key, item) -> sorted.put(key, ordered(item, inner.get(key))));
        return sorted;
    }
}
