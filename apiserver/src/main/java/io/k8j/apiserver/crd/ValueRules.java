package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.functions.TextFormats;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checks values against an {@code openAPIV3Schema}: types, bounds, patterns, enums and combinations. Errors are in
 * upstream's words. What was wrong before and has not been touched may stay.
 */
final class ValueRules {
    /** The former value where there is none or nobody can tell which it was. */
    static final Object ABSENT = new Object();

    private static final int MAX_ERRORS = 100;
    private static final String NOWHERE = "<nil>";

    private final List<FieldError> errors = new ArrayList<>();
    private int matches; // places that were checked and found right: tells which alternative was meant

    private ValueRules() {}

    /** Everything wrong with a whole object. */
    static List<FieldError> check(Map<String, Object> schema, Map<String, Object> object, Map<String, Object> old) {
        return check("", schema, object, old == null ? ABSENT : old);
    }

    /** Everything wrong with one field of an object; the sentences name places as seen from there. */
    static List<FieldError> checkPart(
            String field, Map<String, Object> schema, Map<String, Object> object, Map<String, Object> old) {
        if (!object.containsKey(field) || !(Trees.get(schema, "properties", field) instanceof Map<?, ?> part)) {
            return List.of();
        }
        Object former = old.containsKey(field) ? old.get(field) : ABSENT;
        return below(field, check("", Trees.asMap(part), object.get(field), former));
    }

    /** Everything wrong with a value that stands somewhere; the sentences name places as seen from there. */
    static List<FieldError> checkAt(String at, Map<String, Object> schema, Object value) {
        return below(at, check("", schema, value, ABSENT));
    }

    private static List<FieldError> below(String at, List<FieldError> errors) {
        return errors.stream()
                .map(e -> {
                    boolean here = e.field().isEmpty() || e.field().equals(NOWHERE);
                    return new FieldError(e.type(), here ? at : at + "." + e.field(), e.message());
                })
                .toList();
    }

    /** Everything wrong with a value; {@code old} is what it was before, or {@link #ABSENT}. */
    static List<FieldError> check(String at, Map<String, Object> schema, Object value, Object old) {
        ValueRules rules = new ValueRules();
        rules.value(at, schema, value, old);
        return rules.errors;
    }

    private void value(String at, Map<String, Object> schema, Object value, Object old) {
        if (errors.size() >= MAX_ERRORS) return;
        if (old != ABSENT && Trees.deepEquals(value, old)) return;
        int before = errors.size();
        if (value == null && Trees.isTrue(schema, "nullable")) return;
        type(at, schema, value); // upstream goes on with what fits the value, whatever its type should have been
        enumeration(at, schema, value);
        switch (value) {
            case String text -> text(at, schema, text);
            case Number number -> NumberRules.check(at, schema, number, errors);
            case List<?> list -> list(at, schema, Trees.asList(list), old);
            case Map<?, ?> map -> object(at, schema, Trees.asMap(map), old);
            case null, default -> {}
        }
        if (value != null) combinations(at, schema, value, old);
        if (errors.size() == before) matches++;
    }

    private void type(String at, Map<String, Object> schema, Object value) {
        boolean either = Trees.isTrue(schema, "x-kubernetes-int-or-string");
        String type = either ? "integer,string" : Trees.string(schema, "type");
        if (type == null || type.isEmpty()) return;
        boolean fits = switch (type) {
            case "integer,string" -> isWhole(value) || value instanceof String;
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> isWhole(value);
            case "number" -> value instanceof Number;
            default -> true;
        };
        if (fits) return;
        String found = kindOf(value);
        String detail = "%s in body must be of type %s: %s".formatted(at, type, GoText.quote(found));
        errors.add(FieldError.typeInvalid(at.isEmpty() ? NOWHERE : at, found, detail));
    }

    static boolean isWhole(Object value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof java.math.BigInteger
                || value instanceof Double d && d == Math.rint(d) && !Double.isInfinite(d);
    }

    private static String kindOf(Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> m -> "object";
            case List<?> l -> "array";
            case String s -> "string";
            case Boolean b -> "boolean";
            default -> isWhole(value) ? "integer" : "number";
        };
    }

    private void enumeration(String at, Map<String, Object> schema, Object value) {
        List<Object> allowed = Trees.list(schema, "enum");
        if (allowed.isEmpty() || allowed.stream().anyMatch(a -> Trees.deepEquals(a, value))) return;
        List<String> shown = new ArrayList<>();
        for (Object a : allowed) shown.add(a instanceof String s ? s : Json.writeString(a));
        errors.add(FieldError.notSupported(at, value, shown));
    }

    private void text(String at, Map<String, Object> schema, String text) {
        int length = text.codePointCount(0, text.length());
        Long most = Trees.integer(schema, "maxLength");
        if (most != null && length > most) errors.add(FieldError.tooLong(at, most.intValue()));
        Long least = Trees.integer(schema, "minLength");
        if (least != null && length < least) {
            invalid(at, text, "%s in body should be at least %d chars long".formatted(at, least));
        }
        String pattern = Trees.string(schema, "pattern");
        if (pattern != null && !pattern.isEmpty()) {
            String fault = Patterns.fault(pattern);
            if (fault != null) {
                String shown = pattern + ", but pattern is invalid: " + fault;
                invalid(at, text, "%s in body should match '%s'".formatted(at, shown));
            } else if (!Patterns.matches(pattern, text)) {
                invalid(at, text, "%s in body should match '%s'".formatted(at, pattern));
            }
        }
        String format = Trees.string(schema, "format");
        if (format != null && TextFormats.isSupported(format) && !TextFormats.fits(format, text)) {
            String detail = "%s in body must be of type %s: %s".formatted(at, format, GoText.quote(text));
            errors.add(FieldError.typeInvalid(at, text, detail));
        }
    }

    private void list(String at, Map<String, Object> schema, List<Object> list, Object old) {
        Map<String, Object> items = Trees.map(schema, "items");
        if (!items.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                value(at + "[" + i + "]", items, list.get(i), Former.item(schema, list.get(i), old, ABSENT));
            }
        }
        Long least = Trees.integer(schema, "minItems");
        if (least != null && list.size() < least) {
            invalid(at, (long) list.size(), "%s in body should have at least %d items".formatted(at, least));
        }
        Long most = Trees.integer(schema, "maxItems");
        if (most != null && list.size() > most) errors.add(FieldError.tooMany(at, list.size(), most.intValue()));
    }

    private void object(String at, Map<String, Object> schema, Map<String, Object> map, Object old) {
        Long least = Trees.integer(schema, "minProperties");
        if (least != null && map.size() < least) {
            invalid(at, (long) map.size(), "%s in body should have at least %d properties".formatted(at, least));
        }
        Long most = Trees.integer(schema, "maxProperties");
        if (most != null && map.size() > most) errors.add(FieldError.tooMany(at, map.size(), most.intValue()));
        Map<String, Object> properties = Trees.map(schema, "properties");
        Object additional = schema.get("additionalProperties");
        map.forEach((name, value) -> {
            Object inner = properties.containsKey(name) ? properties.get(name) : additional;
            if (inner instanceof Map<?, ?> s) {
                value(join(at, name), Trees.asMap(s), value, Former.field(name, old, ABSENT));
            }
        });
        for (Object name : Trees.list(schema, "required")) {
            if (!map.containsKey(String.valueOf(name))) {
                errors.add(FieldError.required(join(at, String.valueOf(name)), ""));
            }
        }
    }

    private void combinations(String at, Map<String, Object> schema, Object value, Object old) {
        any(at, Trees.list(schema, "anyOf"), value, old);
        one(at, Trees.list(schema, "oneOf"), value, old);
        List<Object> all = Trees.list(schema, "allOf");
        int valid = 0;
        for (Object part : all) {
            ValueRules rules = tried(at, part, value, old);
            if (rules.errors.isEmpty()) valid++;
            errors.addAll(rules.errors);
        }
        if (valid != all.size()) {
            composite("%s must validate all the schemas (allOf)%s"
                    .formatted(GoText.quote(at), valid == 0 ? ". None validated" : ""));
        }
        if (schema.get("not") instanceof Map<?, ?> not
                && tried(at, not, value, old).errors.isEmpty()) {
            composite(GoText.quote(at) + " must not validate the schema (not)");
        }
    }

    private void any(String at, List<Object> parts, Object value, Object old) {
        if (parts.isEmpty()) return;
        ValueRules best = null;
        for (Object part : parts) {
            ValueRules rules = tried(at, part, value, old);
            if (rules.errors.isEmpty()) return;
            if (best == null || rules.matches > best.matches) best = rules;
        }
        composite(GoText.quote(at) + " must validate at least one schema (anyOf)");
        errors.addAll(best.errors);
    }

    private void one(String at, List<Object> parts, Object value, Object old) {
        if (parts.isEmpty()) return;
        ValueRules best = null;
        int valid = 0;
        for (Object part : parts) {
            ValueRules rules = tried(at, part, value, old);
            if (rules.errors.isEmpty()) valid++;
            else if (best == null || rules.matches > best.matches) best = rules;
        }
        if (valid == 1) return;
        String found = valid == 0 ? "Found none valid" : "Found " + valid + " valid alternatives";
        composite("%s must validate one and only one schema (oneOf). %s".formatted(GoText.quote(at), found));
        if (valid == 0) errors.addAll(best.errors);
    }

    private static ValueRules tried(String at, Object schema, Object value, Object old) {
        ValueRules rules = new ValueRules();
        if (schema instanceof Map<?, ?> map) rules.value(at, Trees.asMap(map), value, old);
        return rules;
    }

    // Upstream loses the place of these.
    private void composite(String detail) {
        errors.add(FieldError.invalid(NOWHERE, "", detail));
    }

    private void invalid(String at, Object value, String detail) {
        errors.add(FieldError.invalid(at, value, detail));
    }

    private static String join(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }
}
