package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The part of JSONPath that printer columns use: {@code .a.b}, {@code ['a']}, {@code [0]}, {@code [-1]}, {@code [*]},
 * {@code [?(@.type=="Ready")]}, and {@code \.} for a dot in a name. Immutable.
 */
final class JsonPath {
    private sealed interface Step {}

    private record Name(String name) implements Step {}

    private record Index(int index) implements Step {}

    private record All() implements Step {}

    private record Where(List<Step> path, String operator, String value) implements Step {}

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    /** @throws IllegalArgumentException if the text is none */
    static JsonPath parse(String text) {
        String path = text.startsWith("{") && text.endsWith("}") ? text.substring(1, text.length() - 1) : text;
        return new JsonPath(steps(path.startsWith("$") ? path.substring(1) : path));
    }

    /** The values at the path, in order. */
    List<Object> values(Object tree) {
        return walk(steps, List.of(tree));
    }

    private static List<Step> steps(String text) {
        List<Step> steps = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            if (text.charAt(i) == '.') {
                StringBuilder name = new StringBuilder();
                i++;
                while (i < text.length() && text.charAt(i) != '.' && text.charAt(i) != '[') {
                    if (text.charAt(i) == '\\' && i + 1 < text.length()) i++;
                    name.append(text.charAt(i++));
                }
                if (name.toString().equals("*")) steps.add(new All());
                else if (!name.isEmpty()) steps.add(new Name(name.toString()));
            } else if (text.charAt(i) == '[') {
                int end = closing(text, i);
                steps.add(bracket(text.substring(i + 1, end).strip()));
                i = end + 1;
            } else {
                throw new IllegalArgumentException("unexpected '" + text.charAt(i) + "' in " + text);
            }
        }
        return steps;
    }

    private static int closing(String text, int open) {
        char quote = 0;
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '[') {
                depth++;
            } else if (c == ']' && --depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("unterminated array in " + text);
    }

    private static Step bracket(String inner) {
        if (inner.equals("*")) return new All();
        if (inner.startsWith("'") || inner.startsWith("\"")) return new Name(inner.substring(1, inner.length() - 1));
        if (inner.startsWith("?(") && inner.endsWith(")")) return filter(inner.substring(2, inner.length() - 1));
        try {
            return new Index(Integer.parseInt(inner));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid array index " + inner, e);
        }
    }

    private static Step filter(String text) {
        for (String operator : List.of("==", "!=", ">=", "<=", ">", "<")) {
            int at = text.indexOf(operator);
            if (at < 0) continue;
            String value = text.substring(at + operator.length()).strip();
            if (value.length() > 1 && (value.startsWith("'") || value.startsWith("\""))) {
                value = value.substring(1, value.length() - 1);
            }
            return new Where(steps(text.substring(0, at).strip().replaceFirst("^@", "")), operator, value);
        }
        return new Where(steps(text.strip().replaceFirst("^@", "")), "exists", "");
    }

    private static List<Object> walk(List<Step> steps, List<Object> from) {
        List<Object> current = from;
        for (Step step : steps) {
            List<Object> next = new ArrayList<>();
            for (Object value : current) take(step, value, next);
            current = next;
        }
        return current;
    }

    private static void take(Step step, Object value, List<Object> next) {
        switch (step) {
            case Name(String name) -> {
                if (value instanceof Map<?, ?> map && map.get(name) != null) next.add(map.get(name));
            }
            case Index(int index) -> {
                if (!(value instanceof List<?> list)) return;
                int i = index < 0 ? list.size() + index : index;
                if (i >= 0 && i < list.size()) next.add(list.get(i));
            }
            case All all -> {
                if (value instanceof List<?> list) next.addAll(list);
                else if (value instanceof Map<?, ?> map)
                    next.addAll(Trees.asMap(map).values());
            }
            case Where where -> {
                if (!(value instanceof List<?> list)) return;
                for (Object item : list) if (holds(where, item)) next.add(item);
            }
        }
    }

    private static boolean holds(Where where, Object item) {
        List<Object> found = walk(where.path, List.of(item));
        if (where.operator.equals("exists")) return !found.isEmpty();
        if (found.isEmpty()) return false;
        String text = String.valueOf(found.getFirst());
        int order = compare(text, where.value);
        return switch (where.operator) {
            case "==" -> order == 0;
            case "!=" -> order != 0;
            case ">=" -> order >= 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order < 0;
        };
    }

    private static int compare(String a, String b) {
        try {
            return Double.compare(Double.parseDouble(a), Double.parseDouble(b));
        } catch (NumberFormatException e) {
            return a.compareTo(b);
        }
    }
}
