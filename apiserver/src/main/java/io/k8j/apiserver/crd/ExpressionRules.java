package io.k8j.apiserver.crd;

import dev.cel.runtime.CelEvaluationException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Asks the {@code x-kubernetes-validations} of a schema about an object whose values fit the schema otherwise. */
final class ExpressionRules {
    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    private final List<FieldError> errors = new ArrayList<>();
    private final boolean update;

    private ExpressionRules(boolean update) {
        this.update = update;
    }

    /** Everything the rules object to; {@code old} is null on create. */
    static List<FieldError> check(Map<String, Object> schema, Map<String, Object> object, Map<String, Object> old) {
        ExpressionRules rules = new ExpressionRules(old != null);
        rules.value("", schema, object, old);
        return rules.errors;
    }

    /** @param old the value at the same place before; null if there was none or nobody can tell which it was */
    private void value(String at, Map<String, Object> schema, Object value, Object old) {
        if (value == null) return;
        for (Object rule : Trees.list(schema, "x-kubernetes-validations")) rule(at, schema, rule, value, old);
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> properties = Trees.map(schema, "properties");
            Object additional = schema.get("additionalProperties");
            Trees.asMap(map).forEach((name, child) -> {
                Object inner = properties.containsKey(name) ? properties.get(name) : additional;
                if (inner instanceof Map<?, ?> s) {
                    value(at.isEmpty() ? name : at + "." + name, Trees.asMap(s), child, Trees.get(old, name));
                }
            });
        } else if (value instanceof List<?> list) {
            Map<String, Object> items = Trees.map(schema, "items");
            for (int i = 0; i < list.size(); i++) {
                value(at + "[" + i + "]", items, list.get(i), sameItem(schema, list.get(i), old));
            }
        }
    }

    // Only the keys of a map-like list tell which item an item was before.
    private static Object sameItem(Map<String, Object> schema, Object item, Object old) {
        List<Object> keys = Trees.list(schema, "x-kubernetes-list-map-keys");
        if (keys.isEmpty() || !(old instanceof List<?> list)) return null;
        for (Object candidate : list) {
            boolean same = keys.stream()
                    .allMatch(k -> Trees.deepEquals(
                            Trees.get(item, String.valueOf(k)), Trees.get(candidate, String.valueOf(k))));
            if (same) return candidate;
        }
        return null;
    }

    private void rule(String at, Map<String, Object> schema, Object rule, Object value, Object old) {
        String expression = Trees.string(rule, "rule");
        boolean transition = OLD_SELF.matcher(expression).find();
        boolean optional = Trees.isTrue(rule, "optionalOldSelf");
        if (transition && !optional && (!update || old == null)) return;
        // What was refused by a newer rule but has not been touched may stay.
        if (!transition && update && old != null && Trees.deepEquals(value, old)) return;
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("self", celValue(schema, value));
        if (optional)
            variables.put("oldSelf", java.util.Optional.ofNullable(old == null ? null : celValue(schema, old)));
        else if (old != null) variables.put("oldSelf", celValue(schema, old));
        else variables.put("oldSelf", Map.of());
        try {
            Object result = Expressions.evaluate(expression, variables);
            if (!Boolean.TRUE.equals(result)) errors.add(failure(at, schema, rule, variables));
        } catch (CelEvaluationException e) {
            errors.add(FieldError.invalid(
                    at.isEmpty() ? "<nil>" : at,
                    Trees.string(schema, "type"),
                    e.getMessage() + " evaluating rule: " + words(rule)));
        }
    }

    private static FieldError failure(
            String at, Map<String, Object> schema, Object rule, Map<String, Object> variables) {
        String message = words(rule);
        String expression = Trees.string(rule, "messageExpression");
        if (expression != null && !expression.isEmpty()) {
            try {
                if (Expressions.evaluate(expression, variables) instanceof String s && !s.isBlank()) message = s;
            } catch (CelEvaluationException e) {
                message = words(rule); // upstream falls back to the fixed words, too
            }
        }
        String path = Trees.string(rule, "fieldPath");
        String field = (at.isEmpty() && path == null ? "<nil>" : at)
                + (path == null ? "" : at.isEmpty() ? path.substring(1) : path);
        String reason = Trees.string(rule, "reason");
        return switch (reason == null ? "" : reason) {
            case "FieldValueForbidden" -> FieldError.forbidden(field, message);
            case "FieldValueRequired" -> FieldError.required(field, message);
            case "FieldValueDuplicate" -> FieldError.duplicate(field, Trees.string(schema, "type"));
            default -> FieldError.invalid(field, Trees.string(schema, "type"), message);
        };
    }

    private static String words(Object rule) {
        String message = Trees.string(rule, "message");
        return message == null || message.isEmpty()
                ? "failed rule: " + String.valueOf(Trees.string(rule, "rule")).strip()
                : message;
    }

    // CEL tells whole numbers from others by their class, so a number has to be what its schema says.
    private static Object celValue(Map<String, Object> schema, Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> properties = Trees.map(schema, "properties");
            Object additional = schema.get("additionalProperties");
            Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
            Trees.asMap(map).forEach((name, child) -> {
                if (child == null) return;
                Object inner = properties.containsKey(name) ? properties.get(name) : additional;
                copy.put(name, celValue(inner instanceof Map<?, ?> s ? Trees.asMap(s) : Map.of(), child));
            });
            return copy;
        }
        if (value instanceof List<?> list) {
            Map<String, Object> items = Trees.map(schema, "items");
            List<Object> copy = new ArrayList<>(list.size());
            for (Object item : list) copy.add(item == null ? "" : celValue(items, item));
            return copy;
        }
        if (value instanceof Integer i) return i.longValue();
        if (value instanceof Long n && "number".equals(Trees.string(schema, "type"))) return n.doubleValue();
        return value;
    }
}
