package io.k8j.model.schema;

import java.util.Map;

/** Reads the few JSON values that the table of defaults uses: strings without escapes, numbers, booleans, {@code {}}. */
final class DefaultText {
    private DefaultText() {}

    static Object parse(String text) {
        if (text.startsWith("\"")) return text.substring(1, text.length() - 1);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            case "{}" -> Map.of();
            default -> Long.valueOf(text);
        };
    }
}
