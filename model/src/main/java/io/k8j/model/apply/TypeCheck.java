package io.k8j.model.apply;

import io.k8j.model.json.Json;
import io.k8j.model.schema.Schema;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks an applied tree against the schema, in the words of upstream's typed values. */
final class TypeCheck {
    private final List<String> errors = new ArrayList<>(0);

    private TypeCheck() {}

    /** What is wrong, as one text; null if nothing is. */
    static String check(Object tree, Schema schema) {
        TypeCheck check = new TypeCheck();
        check.value("", tree, schema);
        return switch (check.errors.size()) {
            case 0 -> null;
            case 1 -> check.errors.getFirst();
            default -> "errors:\n  " + String.join("\n  ", check.errors);
        };
    }

    private void fail(String path, String message) {
        errors.add(path.isEmpty() ? message : path + ": " + message);
    }

    private void value(String path, Object value, Schema schema) {
        if (value == null || schema == null) return;
        switch (schema.type()) {
            case OBJECT, MAP -> {
                if (value instanceof Map<?, ?> map) map(path, map, schema);
                else fail(path, "expected map, got &{" + GoText.format(value) + "}");
            }
            case LIST -> {
                if (value instanceof List<?> list) list(path, list, schema);
                else fail(path, "expected list, got &{" + GoText.format(value) + "}");
            }
            case STRING -> {
                if (!(value instanceof String)) {
                    fail(path, "expected string, got &value.valueUnstructured{Value:" + syntax(value) + "}");
                }
            }
            case INTEGER, NUMBER -> {
                if (!(value instanceof Number)) {
                    fail(path, "expected numeric (int or float), got " + goType(value));
                }
            }
            case BOOLEAN -> {
                if (!(value instanceof Boolean)) fail(path, "expected boolean, got &{" + GoText.format(value) + "}");
            }
            case INT_OR_STRING, QUANTITY -> {
                if (value instanceof Map || value instanceof List) {
                    fail(path, "expected any scalar, got &{" + GoText.format(value) + "}");
                }
            }
            case ANY -> {}
        }
    }

    private void map(String path, Map<?, ?> map, Schema schema) {
        for (Map.Entry<?, ?> e : map.entrySet()) {
            String name = (String) e.getKey();
            Schema type = Shapes.field(schema, name);
            if (type == null) {
                fail(path + "." + name, "field not declared in schema");
                return;
            }
            value(path + "." + name, e.getValue(), type);
        }
    }

    private void list(String path, List<?> list, Schema schema) {
        boolean atomic = schema.listType() == Schema.ListType.ATOMIC;
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String step = "[" + i + "]";
            if (!atomic) {
                String element = PathElements.item(schema, list.get(i));
                if (element == null) {
                    fail(path, "element " + i + ": " + noIdentity(schema, list.get(i)));
                    return;
                }
                step = PathElements.print(element);
                if (!seen.add(element)) fail(path, "duplicate entries for key " + step);
            }
            value(path + step, list.get(i), schema.items());
        }
    }

    private static String noIdentity(Schema list, Object item) {
        if (list.listType() == Schema.ListType.SET) {
            if (item instanceof Map) return "associative list without keys has an element that's a map type";
            if (item instanceof List) return "not supported: associative list with lists as elements";
            return "associative list without keys has an element that's an explicit null";
        }
        if (item == null) return "associative list with keys may not have a null element";
        if (!(item instanceof Map)) return "associative list with keys may not have non-map elements";
        List<String> quoted = list.listMapKeys().stream().map(GoText::quote).toList();
        return "associative list with keys has an element that omits all key fields [" + String.join(" ", quoted)
                + "] (and doesn't have default values for any key fields)";
    }

    private static String syntax(Object value) {
        return switch (value) {
            case null -> "interface {}(nil)";
            case String s -> GoText.quote(s);
            case Map<?, ?> _ -> "map[string]interface {}{" + inner(value) + "}";
            case List<?> _ -> "[]interface {}{" + inner(value) + "}";
            default -> Json.writeString(value);
        };
    }

    private static String inner(Object value) {
        List<String> parts = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> parts.add(GoText.quote((String) key) + ":" + syntax(item)));
        } else {
            ((List<?>) value).forEach(item -> parts.add(syntax(item)));
        }
        return String.join(", ", parts);
    }

    private static String goType(Object value) {
        return switch (value) {
            case String _ -> "string";
            case Boolean _ -> "bool";
            case List<?> _ -> "[]interface {}";
            default -> "map[string]interface {}";
        };
    }
}
