package io.k8j.model.yaml;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints one tree. Used by one thread, once. */
final class YamlWriter {
    private static final int INDENT = 2;
    private static final int MAX_SIMPLE_KEY = 128;

    private final YamlText out = new YamlText();

    String document(Object tree) {
        value(tree, 0, -INDENT);
        out.endLine();
        return out.toString();
    }

    /**
     * Writes a value where the cursor stands.
     *
     * @param column where lines of a map or list start
     * @param indent of the surrounding map, from which continued lines are indented
     */
    private void value(Object value, int column, int indent) {
        switch (value) {
            case Map<?, ?> map when !map.isEmpty() -> map(Trees.asMap(map), column);
            case List<?> list when !list.isEmpty() -> list(list, column, indent);
            case Map<?, ?> _ -> out.raw("{}");
            case List<?> _ -> out.raw("[]");
            case String s -> out.scalar(s, indent + INDENT, true);
            case null -> out.raw("null");
            default -> out.raw(Json.writeString(value));
        }
    }

    private void map(Map<String, Object> map, int column) {
        List<String> keys = new ArrayList<>(map.keySet());
        keys.sort(Trees::compareKeys);
        boolean first = true;
        for (String key : keys) {
            if (!first) out.newLine(column);
            first = false;
            boolean simple = key.length() <= MAX_SIMPLE_KEY;
            if (!simple) out.raw("? ");
            out.scalar(key, column, false);
            if (!simple) out.newLine(column);
            out.raw(":");
            Object value = map.get(key);
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                out.newLine(column + INDENT);
                map(Trees.asMap(inner), column + INDENT);
            } else if (value instanceof List<?> list && !list.isEmpty()) {
                out.newLine(column);
                list(list, column, column);
            } else {
                out.raw(" ");
                value(value, column, column);
            }
        }
    }

    private void list(List<?> list, int column, int indent) {
        boolean first = true;
        for (Object item : list) {
            if (!first) out.newLine(column);
            first = false;
            out.raw("- ");
            value(item, column + INDENT, Math.max(indent, item instanceof List ? column + INDENT : column));
        }
    }
}
