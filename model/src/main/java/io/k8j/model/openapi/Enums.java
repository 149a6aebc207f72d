package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which values a field may have, where there are few. Only documents tell them; the checks have their own. Immutable.
 */
final class Enums {
    private static final String TABLE = "enums.tsv";

    private final Map<String, List<Object>> byField;

    private Enums(Map<String, List<Object>> byField) {
        this.byField = byField;
    }

    /** Reads the table, some 20 kB. */
    static Enums load() {
        Map<String, List<Object>> byField = new HashMap<>();
        try (InputStream in = Enums.class.getResourceAsStream(TABLE)) {
            if (in == null) throw new IllegalStateException(TABLE + " is not on the class path");
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> {
                        String[] columns = line.split("\t", -1);
                        byField.put(columns[0] + "." + columns[1], List.of((Object[]) columns[2].split(" \\| ", -1)));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("read " + TABLE, e);
        }
        return new Enums(byField);
    }

    /** Values of a field, or of its items; empty if any may stand there. */
    List<Object> of(String typeName, String field) {
        return byField.getOrDefault(typeName + "." + field, List.of());
    }

    /** Says in a field's schema, or in that of its items, what it may be. */
    static void tell(Map<String, Object> property, List<Object> values) {
        if (values.isEmpty()) return;
        for (String part : List.of("items", "additionalProperties")) {
            if (property.get(part) instanceof Map<?, ?> inner) {
                Map<String, Object> told = Trees.asMap(inner);
                told.put("enum", new ArrayList<>(values));
                return;
            }
        }
        property.put("enum", new ArrayList<>(values));
        StringBuilder text = new StringBuilder(String.valueOf(property.getOrDefault("description", "")));
        text.append("\n\nPossible enum values:");
        for (Object value : values) text.append("\n - `\"").append(value).append("\"`");
        property.put("description", text.toString());
    }
}
