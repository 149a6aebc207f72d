package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.WrongTypeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks that the defaults of a schema fit it: nothing unknown in them, nothing its own rules refuse. */
final class DefaultValues {
    private static final Map<String, Object> WHOLE = Map.of("x-kubernetes-embedded-resource", true);

    private final List<FieldError> errors = new ArrayList<>();
    private final List<String> inside = new ArrayList<>(); // steps from the object at hand; an empty one into a list

    private DefaultValues() {}

    /** Everything wrong with the defaults of a structural schema that stands at {@code path}. */
    static List<FieldError> check(String path, Map<String, Object> schema) {
        DefaultValues defaults = new DefaultValues();
        defaults.node(path, schema, true, false);
        return defaults.errors;
    }

    private void node(String at, Map<String, Object> schema, boolean root, boolean inMeta) {
        boolean whole = root || Trees.isTrue(schema, "x-kubernetes-embedded-resource");
        if (whole) inside.clear();
        Object value = schema.get("default");
        if (value != null) value(at + ".default", schema, value, whole, inMeta && !whole);
        List<String> here = List.copyOf(inside);
        if (schema.get("items") instanceof Map<?, ?> items) {
            step(here, "");
            node(at + ".items", Trees.asMap(items), false, inMeta && !whole);
        }
        StructuralRules.properties(schema).forEach((name, property) -> {
            boolean meta = whole && List.of("metadata", "apiVersion", "kind").contains(name);
            step(here, name);
            node(at + ".properties[" + name + "]", property, false, meta || inMeta && !whole);
        });
    }

    private void step(List<String> here, String step) {
        inside.clear();
        inside.addAll(here);
        inside.add(step);
    }

    private void value(String at, Map<String, Object> schema, Object value, boolean whole, boolean inMeta) {
        if (!inMeta && hasUnknown(schema, value, whole)) {
            errors.add(FieldError.invalid(at, value, "must not have unknown fields"));
        }
        List<FieldError> wrong = inMeta ? metadata(at, value) : EmbeddedObjects.check(at, schema, value, whole);
        if (wrong.isEmpty()) wrong = ValueRules.checkAt(at, schema, value);
        errors.addAll(wrong);
        if (!wrong.isEmpty()) return;
        RuleTree rules = RuleTree.of(schema, whole);
        if (rules == null) return;
        errors.addAll(rules.check(at, value, value, warning -> {}));
        if (errors.isEmpty()) errors.addAll(rules.check(at, value, null, warning -> {}));
    }

    /** Errors of a default that is part of an object's metadata: of an object that has nothing else. */
    private List<FieldError> metadata(String at, Object value) {
        Object whole = value;
        for (String step : inside.reversed()) whole = step.isEmpty() ? List.of(whole) : Map.of(step, whole);
        Map<String, Object> object = new LinkedHashMap<>(Map.of("apiVersion", "validation/v1", "kind", "Validation"));
        object.putAll(Trees.deepCopy(Trees.asMap((Map<?, ?>) whole)));
        String why;
        try {
            EmbeddedObjects.coerce(WHOLE, object, false);
            List<FieldError> wrong = EmbeddedObjects.check("", WHOLE, object, true);
            why = wrong.isEmpty() ? "" : FieldError.aggregate(wrong);
        } catch (WrongTypeException e) {
            why = e.getMessage();
        }
        if (why.isEmpty()) return List.of();
        return List.of(FieldError.invalid(at, value, "must result in valid metadata: " + why));
    }

    private static boolean hasUnknown(Map<String, Object> schema, Object value, boolean whole) {
        if (value instanceof List<?> list) {
            if (!(schema.get("items") instanceof Map<?, ?> items)) return false;
            Map<String, Object> each = Trees.asMap(items);
            boolean embedded = Trees.isTrue(each, "x-kubernetes-embedded-resource");
            return list.stream().anyMatch(item -> hasUnknown(each, item, embedded));
        }
        if (!(value instanceof Map<?, ?> map)) return false;
        boolean free = Trees.isTrue(schema, "x-kubernetes-preserve-unknown-fields");
        Map<String, Map<String, Object>> properties = StructuralRules.properties(schema);
        Object additional = schema.get("additionalProperties");
        for (Map.Entry<String, Object> entry : Trees.asMap(map).entrySet()) {
            if (whole && List.of("apiVersion", "kind", "metadata").contains(entry.getKey())) continue;
            Map<String, Object> inner = properties.get(entry.getKey());
            if (inner == null && additional instanceof Map<?, ?> other) inner = Trees.asMap(other);
            if (inner == null) {
                if (!free && !Boolean.TRUE.equals(additional)) return true;
            } else if (hasUnknown(inner, entry.getValue(), Trees.isTrue(inner, "x-kubernetes-embedded-resource"))) {
                return true;
            }
        }
        return false;
    }
}
