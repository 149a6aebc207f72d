package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.Map;

/**
 * A path of a rule or of a selectable field, such as {@code .spec.x} or {@code .spec['a.b']}, followed through a schema.
 *
 * @param text as errors show it: {@code spec.x}, {@code spec[a]} for the keys of maps
 * @param schema what the path leads to
 */
record FieldPath(String text, Map<String, Object> schema) {
    /** Why a path leads nowhere. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message);
        }
    }

    static FieldPath of(String path, Map<String, Object> root, boolean brackets) throws InvalidException {
        FieldPath at = new FieldPath("", root);
        int i = 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            if (c == '.') {
                int end = i + 1;
                while (end < path.length() && ".[]".indexOf(path.charAt(end)) < 0) end++;
                if (end == i + 1) {
                    if (end >= path.length()) throw new InvalidException("unexpected end of JSON path");
                    end++;
                }
                at = at.step(path.substring(i + 1, end));
                i = end;
            } else if (c == '[') {
                if (!brackets) throw new InvalidException("array notation is not allowed");
                int end = quoteEnd(path, i + 1);
                at = at.step(unescape(path.substring(i + 2, end)));
                if (end + 1 >= path.length()) throw new InvalidException("unexpected end of JSON path");
                if (path.charAt(end + 1) != ']') {
                    throw new InvalidException("expected ] but got " + path.charAt(end + 1));
                }
                i = end + 2;
            } else {
                int end = i;
                while (end < path.length() && ".[]".indexOf(path.charAt(end)) < 0) end++;
                throw new InvalidException("expected [ or . but got: " + path.substring(i, Math.max(end, i + 1)));
            }
        }
        return at;
    }

    private static int quoteEnd(String path, int start) throws InvalidException {
        if (start >= path.length()) throw new InvalidException("unexpected end of JSON path");
        if (path.charAt(start) != '\'') {
            int end = start;
            while (end < path.length() && ".[]".indexOf(path.charAt(end)) < 0) end++;
            throw new InvalidException("expected single quoted string but got " + path.substring(start, end));
        }
        for (int i = start + 1; i < path.length(); i++) {
            if (path.charAt(i) == '\'' && path.charAt(i - 1) != '\\') return i;
        }
        throw new InvalidException("expected single quoted string but got " + path.substring(start));
    }

    private static String unescape(String text) throws InvalidException {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 >= text.length()) {
                out.append(c);
                continue;
            }
            char escaped = text.charAt(++i);
            int at = "abfnrtv'\\".indexOf(escaped);
            if (at < 0) throw new InvalidException("invalid string literal: invalid escape char \\" + escaped);
            out.append("\u0007\b\f\n\r\t\u000b'\\".charAt(at));
        }
        return out.toString();
    }

    private FieldPath step(String name) throws InvalidException {
        Map<String, Map<String, Object>> properties = StructuralRules.properties(schema);
        if (!properties.isEmpty()) {
            Map<String, Object> next = properties.get(name);
            if (next == null) throw new InvalidException("does not refer to a valid field");
            return new FieldPath(text.isEmpty() ? name : text + "." + name, next);
        }
        if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
            return new FieldPath(text + "[" + name + "]", Trees.asMap(other));
        }
        throw new InvalidException("does not refer to a valid field");
    }

    /** The first field of the path. */
    String root() {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') end++;
        return text.substring(0, end);
    }
}
