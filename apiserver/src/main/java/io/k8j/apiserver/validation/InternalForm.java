package io.k8j.apiserver.validation;

import io.k8j.apiserver.meta.MetadataFields;
import io.k8j.model.json.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Shows objects as upstream's internal types look as JSON, which some of its messages print: Go's names in Go's order,
 * every field, those that are not set with their zero value.
 */
public final class InternalForm {
    private static final String TABLE = "internal-types.txt";
    private static final List<String> METADATA = MetadataFields.ALL;
    private static final List<String> SELECTOR =
            List.of("matchLabels", "matchExpressions", "key", "operator", "values");

    /** @param json name in the API; {@code ^name} is found in the enclosing object */
    private record Field(String name, String json, String kind) {}

    /** Read when the first message needs it. */
    private static final class Types {
        private static final Map<String, List<Field>> ALL = read();
    }

    private InternalForm() {}

    /**
     * The object as upstream has it inside.
     *
     * @param type upstream's name, such as {@code PodSpec}; one of the table
     * @param value an object of the API; null for nothing
     */
    public static Object of(String type, Object value) {
        return value == null ? null : struct(type, value, null);
    }

    private static Map<String, Object> struct(String type, Object value, Object parent) {
        Map<String, Object> out = new LinkedHashMap<>();
        addTo(out, type, value, parent);
        return out;
    }

    private static void addTo(Map<String, Object> out, String type, Object value, Object parent) {
        for (Field field : Objects.requireNonNull(Types.ALL.get(type), type)) {
            if (field.name.equals("+")) {
                if (field.kind.equals("json")) out.putAll(ordered(Trees.map(value, field.json), METADATA));
                else addTo(out, field.kind, value, parent);
                continue;
            }
            boolean above = field.json.startsWith("^");
            Object found = above ? Trees.get(parent, field.json.substring(1)) : Trees.get(value, field.json);
            out.put(field.name, shown(field.kind, found, value));
        }
    }

    private static Object shown(String kind, Object value, Object parent) {
        return switch (kind) {
            case "string" -> value == null ? "" : value;
            case "bool" -> value == null ? Boolean.FALSE : value;
            case "int", "intstr" -> value == null ? (Object) 0L : value;
            case "quantity" -> value == null ? "0" : value;
            case "json", "*json" -> value instanceof Map<?, ?> map ? ordered(Trees.asMap(map), SELECTOR) : value;
            case "time", "*time", "*quantity", "*intstr", "*", "[]", "map" -> value;
            default -> composite(kind, value, parent);
        };
    }

    private static Object composite(String kind, Object value, Object parent) {
        if (kind.startsWith("[]")) {
            return value instanceof List<?> list
                    ? list.stream()
                            .map(item -> shown(kind.substring(2), item, parent))
                            .toList()
                    : value;
        }
        if (kind.startsWith("map ")) {
            if (!(value instanceof Map<?, ?> map)) return value;
            Map<String, Object> out = new LinkedHashMap<>();
            map.forEach((key, item) -> out.put(String.valueOf(key), shown(kind.substring(4), item, parent)));
            return out;
        }
        String type = kind.startsWith("*") ? kind.substring(1) : kind;
        boolean always = !kind.startsWith("*") || Types.ALL.get(type).stream().anyMatch(f -> f.json.startsWith("^"));
        if (value == null && !always) return null;
        return struct(type, value == null ? Map.of() : value, parent);
    }

    /** Types of upstream's that look inside as they do outside, but in Go's order. */
    private static Map<String, Object> ordered(Map<String, Object> map, List<String> order) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String name : order) if (map.get(name) != null) out.put(name, inner(map.get(name), order));
        if (order.equals(METADATA)) {
            for (String name : List.of("labels", "annotations")) {
                if (out.get(name) instanceof Map<?, ?> texts) out.put(name, sorted(Trees.asMap(texts)));
            }
        }
        map.forEach((name, value) -> {
            if (value != null && !out.containsKey(name)) out.put(name, value);
        });
        return out;
    }

    private static Map<String, Object> sorted(Map<String, Object> map) {
        Map<String, Object> sorted = new TreeMap<>(Trees::compareKeys);
        sorted.putAll(map);
        return sorted;
    }

    private static Object inner(Object value, List<String> order) {
        if (!(value instanceof List<?> list)) return value;
        return list.stream()
                .map(item -> item instanceof Map<?, ?> map ? ordered(Trees.asMap(map), order) : item)
                .toList();
    }

    private static Map<String, List<Field>> read() {
        Map<String, List<Field>> types = new HashMap<>();
        try (var in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(InternalForm.class.getResourceAsStream(TABLE), TABLE),
                StandardCharsets.UTF_8))) {
            List<Field> fields = List.of();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("#")) continue;
                if (!line.startsWith(" ")) {
                    fields = new ArrayList<>();
                    types.put(line, fields);
                    continue;
                }
                String[] parts = line.strip().split(" ", 3);
                fields.add(new Field(parts[0], parts[1], parts[2]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(TABLE, e);
        }
        return types;
    }
}
