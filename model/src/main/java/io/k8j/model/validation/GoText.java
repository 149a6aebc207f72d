package io.k8j.model.validation;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints values the way upstream's messages show them. */
public final class GoText {
    private GoText() {}

    /** The string in double quotes, with what cannot be printed escaped as upstream's {@code %q} does. */
    public static String quote(String s) {
        StringBuilder out = new StringBuilder(s.length() + 2).append('"');
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case 0x07 -> out.append("\\a");
                case 0x0b -> out.append("\\v");
                default -> {
                    if (c < 0x20 || c == 0x7f) out.append("\\x%02x".formatted(c));
                    else if (printable(c)) out.appendCodePoint(c);
                    else out.append(c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
                }
            }
        }
        return out.append('"').toString();
    }

    /** The tree as upstream's {@code %v} prints it: {@code map[a:1 b:[x y]]}, keys sorted. */
    public static String format(Object tree) {
        StringBuilder out = new StringBuilder();
        format(tree, out);
        return out.toString();
    }

    private static void format(Object tree, StringBuilder out) {
        switch (tree) {
            case null -> out.append("<nil>");
            case Map<?, ?> map -> {
                out.append("map[");
                List<String> keys = new ArrayList<>(Trees.asMap(map).keySet());
                keys.sort(Trees::compareKeys);
                for (int i = 0; i < keys.size(); i++) {
                    out.append(i > 0 ? " " : "").append(keys.get(i)).append(':');
                    format(map.get(keys.get(i)), out);
                }
                out.append(']');
            }
            case List<?> list -> {
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    if (i > 0) out.append(' ');
                    format(list.get(i), out);
                }
                out.append(']');
            }
            case Number n -> out.append(Json.writeString(n));
            default -> out.append(tree);
        }
    }

    private static boolean printable(int c) {
        if (c < 0x7f) return true;
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }
}
