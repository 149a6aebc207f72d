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
        return Json.writeString(inOrder(patch, patched));
    }

    /** The patched object with its keys in the order in which messages show it and decoding goes through it. */
    static Map<String, Object> inOrder(Object patch, Map<String, Object> patched) {
        Object touched = patch instanceof List<?> operations ? touched(operations) : patch;
        return ordered(patched, touched) instanceof Map<?, ?> map ? Trees.asMap(map) : patched;
    }

    /** What operations go into; what they copy takes along how far it was gone into before. */
    private static Map<String, Object> touched(List<?> operations) {
        Map<String, Object> touched = new LinkedHashMap<>();
        for (Object operation : operations) {
            String from = Trees.string(operation, "from");
            String path = Trees.string(operation, "path");
            Object copied = null;
            if (from != null) {
                String[] source = steps(from);
                copied = Trees.get(enter(touched, source), source.length == 0 ? "" : source[source.length - 1]);
            }
            if (path == null) continue;
            String[] target = steps(path);
            Map<String, Object> parent = enter(touched, target);
            if (copied != null && target.length > 0) parent.put(target[target.length - 1], Trees.deepCopy(copied));
        }
        return touched;
    }

    private static String[] steps(String pointer) {
        String[] parts = pointer.split("/", -1);
        String[] steps = new String[Math.max(0, parts.length - 1)];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = parts[i + 1].replace("~1", "/").replace("~0", "~");
        }
        return steps;
    }

    /** Notes all maps on the way and gives the last one's. */
    private static Map<String, Object> enter(Map<String, Object> touched, String[] steps) {
        Map<String, Object> at = touched;
        for (int i = 0; i < steps.length - 1; i++) {
            at = Trees.asMap((Map<?, ?>) at.computeIfAbsent(steps[i], key -> new LinkedHashMap<>()));
        }
        return at;
    }

    /** A merge patch's lists replace what was there, and all in them is gone through. */
    private static Object sorted(Object value) {
        if (value instanceof List<?> list)
            return list.stream().map(PatchedText::sorted).toList();
        if (!(value instanceof Map<?, ?> map)) return value;
        Map<String, Object> sorted = new TreeMap<>(Trees::compareKeys);
        Trees.asMap(map).forEach((key, item) -> sorted.put(key, sorted(item)));
        return sorted;
    }

    private static Object ordered(Object value, Object touched) {
        if (touched instanceof List<?>) return sorted(value);
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
