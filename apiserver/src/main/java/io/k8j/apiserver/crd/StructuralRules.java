package io.k8j.apiserver.crd;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What makes a schema structural: a type at each place, and logical junctors that add conditions but no structure.
 * Errors are in upstream's words and order.
 */
final class StructuralRules {
    private static final List<String> JUNCTORS = List.of("anyOf", "allOf", "oneOf");

    private final List<FieldError> errors = new ArrayList<>();

    private enum Level {
        ROOT("must not be empty at the root"),
        ITEM("must not be empty for specified array items"),
        FIELD("must not be empty for specified object fields");

        private final String withoutType;

        Level(String withoutType) {
            this.withoutType = withoutType;
        }
    }

    private StructuralRules() {}

    /** Everything wrong with a schema that stands at {@code path}. */
    static List<FieldError> check(String path, Map<String, Object> schema) {
        StructuralRules rules = new StructuralRules();
        rules.node(path, schema, Level.ROOT);
        rules.completeParts(path, schema, path, schema);
        rules.errors.sort(Comparator.comparing(FieldError::toString));
        return rules.errors;
    }

    private void node(String at, Map<String, Object> s, Level level) {
        String type = text(s, "type");
        if (type.equals("array") && !(s.get("items") instanceof Map)) required(at + ".items", "must be specified");
        if (s.get("items") instanceof Map<?, ?> items) node(at + ".items", Trees.asMap(items), Level.ITEM);
        properties(s).forEach((name, property) -> node(at + ".properties[" + name + "]", property, Level.FIELD));
        if (s.get("additionalProperties") != null) {
            if (level == Level.ROOT) forbidden(at + ".additionalProperties", "must not be used at the root");
            if (s.get("additionalProperties") instanceof Map<?, ?> other) {
                node(at + ".additionalProperties", Trees.asMap(other), Level.FIELD);
            }
        }
        extensions(at, s);
        values(at, s, isIntOrString(Trees.list(s, "anyOf")), isIntOrString(firstAllOf(s)), level);
        type(at, s, type, level);
        metadata(at, s, level);
    }

    private void extensions(String at, Map<String, Object> s) {
        if (!Trees.isTrue(s, "x-kubernetes-int-or-string")) return;
        for (String other : List.of("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")) {
            if (!Trees.isTrue(s, other)) continue;
            errors.add(
                    FieldError.invalid(at + "." + other, true, "must be false if x-kubernetes-int-or-string is true"));
        }
    }

    private void type(String at, Map<String, Object> s, String type, Level level) {
        boolean embedded = Trees.isTrue(s, "x-kubernetes-embedded-resource");
        boolean free = Trees.isTrue(s, "x-kubernetes-int-or-string")
                || Trees.isTrue(s, "x-kubernetes-preserve-unknown-fields");
        String object = "must be object if x-kubernetes-embedded-resource is true";
        if (embedded && !type.equals("object")) {
            if (type.isEmpty()) required(at + ".type", object);
            else errors.add(FieldError.invalid(at + ".type", type, object));
        } else if (type.isEmpty() && !free) {
            required(at + ".type", level.withoutType);
        }
        if (embedded && s.get("additionalProperties") != null) {
            forbidden(at + ".additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            errors.add(FieldError.invalid(at + ".type", type, "must be object at the root"));
        }
        boolean bare = embedded && !Trees.isTrue(s, "x-kubernetes-preserve-unknown-fields");
        if (bare && properties(s).isEmpty()) {
            required(
                    at + ".properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without"
                            + " x-kubernetes-preserve-unknown-fields");
        }
    }

    private void metadata(String at, Map<String, Object> s, Level level) {
        boolean whole = level == Level.ROOT || Trees.isTrue(s, "x-kubernetes-embedded-resource");
        Map<String, Map<String, Object>> properties = properties(s);
        if (!whole) return;
        for (String name : List.of("kind", "apiVersion")) {
            Map<String, Object> property = properties.get(name);
            if (property == null || text(property, "type").equals("string")) continue;
            errors.add(FieldError.invalid(
                    at + ".properties[" + name + "].type", text(property, "type"), "must be string"));
        }
        Map<String, Object> metadata = properties.get("metadata");
        if (metadata == null) return;
        String place = at + ".properties[metadata]";
        if (!text(metadata, "type").equals("object")) {
            errors.add(FieldError.invalid(place + ".type", text(metadata, "type"), "must be object"));
        }
        if (level != Level.ROOT) return;
        boolean others =
                !Set.of("name", "generateName").containsAll(properties(metadata).keySet());
        boolean more = metadata.entrySet().stream()
                .filter(field -> !isEmpty(field.getValue())) // protobuf brings every field
                .anyMatch(field -> !Set.of("type", "properties", "default").contains(field.getKey()));
        if (others || more) {
            forbidden(
                    place,
                    "must not specify anything other than name and generateName, but metadata is implicitly specified");
        }
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case Boolean flag -> !flag;
            case Map<?, ?> map -> map.isEmpty();
            case List<?> list -> list.isEmpty();
            default -> false;
        };
    }

    private void values(String at, Map<String, Object> s, boolean skipAny, boolean skipFirstAll, Level level) {
        for (String junctor : JUNCTORS) {
            if (junctor.equals("anyOf") && skipAny) continue;
            List<Object> parts = Trees.list(s, junctor);
            for (int i = 0; i < parts.size(); i++) {
                if (!(parts.get(i) instanceof Map<?, ?> part)) continue;
                boolean skip = junctor.equals("allOf") && i == 0 && skipFirstAll;
                nested(at + "." + junctor + "[" + i + "]", Trees.asMap(part), skip, level);
            }
        }
        if (s.get("not") instanceof Map<?, ?> not) nested(at + ".not", Trees.asMap(not), false, level);
        String pattern = text(s, "pattern");
        if (pattern.isEmpty()) return;
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            errors.add(FieldError.invalid(
                    at + ".pattern", pattern, "must be a valid regular expression, but isn't: " + e.getMessage()));
        }
    }

    private void nested(String at, Map<String, Object> v, boolean skipAny, Level level) {
        values(at, v, skipAny, false, level);
        if (v.get("items") instanceof Map<?, ?> items) nested(at + ".items", Trees.asMap(items), false, level);
        properties(v).forEach((name, p) -> nested(at + ".properties[" + name + "]", p, false, Level.FIELD));
        if (!text(v, "type").isEmpty()) forbidden(at + ".type", "must be empty to be structural");
        if (v.get("additionalProperties") != null) undefined(at, "additionalProperties");
        if (v.get("default") != null) undefined(at, "default");
        for (String field : List.of("title", "description")) {
            if (!text(v, field).isEmpty()) forbidden(at + "." + field, "must be empty to be structural");
        }
        for (String field : List.of(
                "nullable",
                "x-kubernetes-preserve-unknown-fields",
                "x-kubernetes-embedded-resource",
                "x-kubernetes-int-or-string")) {
            if (Trees.isTrue(v, field)) forbidden(at + "." + field, "must be false to be structural");
        }
        for (String field : List.of("x-kubernetes-list-map-keys", "x-kubernetes-validations")) {
            if (!Trees.list(v, field).isEmpty()) forbidden(at + "." + field, "must be empty to be structural");
        }
        for (String field : List.of("x-kubernetes-list-type", "x-kubernetes-map-type")) {
            if (v.get(field) != null) undefined(at, field);
        }
        if (properties(v).containsKey("metadata")) {
            forbidden(at + ".properties[metadata]", "must not be specified in a nested context");
        }
    }

    private void undefined(String at, String field) {
        forbidden(at + "." + field, "must be undefined to be structural");
    }

    // Whatever a junctor at the root speaks of has to be specified outside of it; upstream does not look further down.
    private void completeParts(String at, Map<String, Object> s, String vAt, Map<String, Object> v) {
        for (String junctor : JUNCTORS) {
            List<Object> parts = Trees.list(v, junctor);
            for (int i = 0; i < parts.size(); i++) {
                if (!(parts.get(i) instanceof Map<?, ?> part)) continue;
                completeNested(at, s, vAt + "." + junctor + "[" + i + "]", Trees.asMap(part));
            }
        }
        if (v.get("not") instanceof Map<?, ?> not) completeNested(at, s, vAt + ".not", Trees.asMap(not));
    }

    private void completeNested(String at, Map<String, Object> s, String vAt, Map<String, Object> v) {
        if (s == null) {
            required(at, "because it is defined in " + vAt);
            return;
        }
        completeParts(at, s, vAt, v);
        if (v.get("items") instanceof Map<?, ?> items) {
            completeNested(at + ".items", child(s, "items"), vAt + ".items", Trees.asMap(items));
        }
        Map<String, Map<String, Object>> known = properties(s);
        properties(v).forEach((name, property) -> {
            String step = ".properties[" + name + "]";
            completeNested(at + step, known.get(name), vAt + step, property);
        });
    }

    private static Map<String, Object> child(Map<String, Object> s, String field) {
        return s.get(field) instanceof Map<?, ?> map ? Trees.asMap(map) : null;
    }

    private static List<Object> firstAllOf(Map<String, Object> s) {
        List<Object> all = Trees.list(s, "allOf");
        return all.isEmpty() ? List.of() : Trees.list(all.getFirst(), "anyOf");
    }

    private static boolean isIntOrString(List<Object> anyOf) {
        return Trees.deepEquals(anyOf, List.of(Map.of("type", "integer"), Map.of("type", "string")));
    }

    /** The properties of a schema that are schemas themselves. */
    static Map<String, Map<String, Object>> properties(Map<String, Object> schema) {
        Map<String, Map<String, Object>> all = new java.util.LinkedHashMap<>();
        Trees.map(schema, "properties").forEach((name, value) -> {
            if (value instanceof Map<?, ?> map) all.put(name, Trees.asMap(map));
        });
        return all;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }

    private void required(String field, String detail) {
        errors.add(FieldError.required(field, detail));
    }

    private void forbidden(String field, String detail) {
        errors.add(FieldError.forbidden(field, detail));
    }
}
