package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Checks values against an {@code openAPIV3Schema}: types, bounds, patterns, enums, combinations and list types. Errors
 * are in upstream's words. Stateless but for compiled patterns.
 */
final class ValueRules {
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();
    private static final int MAX_ERRORS = 100;

    private final List<FieldError> errors = new ArrayList<>();

    private ValueRules() {}

    /** Everything wrong with a whole object; apiVersion, kind and metadata are checked elsewhere. */
    static List<FieldError> check(Map<String, Object> schema, Map<String, Object> object) {
        ValueRules rules = new ValueRules();
        Map<String, Object> content = new java.util.LinkedHashMap<>(object);
        content.keySet().removeAll(List.of("apiVersion", "kind", "metadata"));
        Map<String, Object> root = new java.util.LinkedHashMap<>(schema);
        List<Object> required = new ArrayList<>(Trees.list(schema, "required"));
        required.removeAll(List.of("apiVersion", "kind", "metadata"));
        root.put("required", required);
        rules.value("", root, content);
        return rules.errors;
    }

    private void value(String at, Map<String, Object> schema, Object value) {
        if (errors.size() >= MAX_ERRORS) return;
        if (value == null && Trees.isTrue(schema, "nullable")) return;
        if (!type(at, schema, value)) return;
        enumeration(at, schema, value);
        switch (value) {
            case String text -> text(at, schema, text);
            case Number number -> number(at, schema, number);
            case List<?> list -> list(at, schema, Trees.asList(list));
            case Map<?, ?> map -> object(at, schema, Trees.asMap(map));
            case null, default -> {}
        }
        combinations(at, schema, value);
    }

    private boolean type(String at, Map<String, Object> schema, Object value) {
        if (Trees.isTrue(schema, "x-kubernetes-int-or-string")) {
            if (value instanceof Long || value instanceof Integer || value instanceof String) return true;
            invalid(
                    at,
                    kindOf(value),
                    "%s in body must be of type integer,string: \"%s\"".formatted(at, kindOf(value)));
            return false;
        }
        String type = Trees.string(schema, "type");
        if (type == null || type.isEmpty()) return true;
        boolean fits = switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> isWhole(value);
            case "number" -> value instanceof Number;
            default -> true;
        };
        if (fits) return true;
        String found = kindOf(value);
        errors.add(FieldError.typeInvalid(
                at.isEmpty() ? "<nil>" : at,
                found,
                "%s in body must be of type %s: \"%s\"".formatted(at, type, found)));
        return false;
    }

    private static boolean isWhole(Object value) {
        return value instanceof Long
                || value instanceof Integer
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
        if (pattern != null && !matches(pattern, text)) {
            invalid(at, text, "%s in body should match '%s'".formatted(at, pattern));
        }
        String format = Trees.string(schema, "format");
        if (format != null && !Formats.fits(format, text)) {
            invalid(at, text, "%s in body must be of type %s: %s".formatted(at, format, Json.writeString(text)));
        }
    }

    private static boolean matches(String pattern, String text) {
        try {
            return PATTERNS.computeIfAbsent(pattern, Pattern::compile)
                    .matcher(text)
                    .find();
        } catch (PatternSyntaxException e) {
            return true; // a pattern only Go understands: better let the value pass than refuse every one
        }
    }

    private void number(String at, Map<String, Object> schema, Number number) {
        BigDecimal value = new BigDecimal(number.toString());
        BigDecimal most = decimal(schema.get("maximum"));
        boolean belowMost = Trees.isTrue(schema, "exclusiveMaximum");
        if (most != null && (belowMost ? value.compareTo(most) >= 0 : value.compareTo(most) > 0)) {
            String than = belowMost ? "less than" : "less than or equal to";
            invalid(at, number, "%s in body should be %s %s".formatted(at, than, plain(most)));
        }
        BigDecimal least = decimal(schema.get("minimum"));
        boolean aboveLeast = Trees.isTrue(schema, "exclusiveMinimum");
        if (least != null && (aboveLeast ? value.compareTo(least) <= 0 : value.compareTo(least) < 0)) {
            String than = aboveLeast ? "greater than" : "greater than or equal to";
            invalid(at, number, "%s in body should be %s %s".formatted(at, than, plain(least)));
        }
        BigDecimal step = decimal(schema.get("multipleOf"));
        if (step != null && step.signum() > 0 && value.remainder(step).signum() != 0) {
            invalid(at, number, "%s in body should be a multiple of %s".formatted(at, plain(step)));
        }
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Number n ? new BigDecimal(n.toString()) : null;
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    private void list(String at, Map<String, Object> schema, List<Object> list) {
        Long most = Trees.integer(schema, "maxItems");
        if (most != null && list.size() > most) errors.add(FieldError.tooMany(at, list.size(), most.intValue()));
        Long least = Trees.integer(schema, "minItems");
        if (least != null && list.size() < least) {
            invalid(at, (long) list.size(), "%s in body should have at least %d items".formatted(at, least));
        }
        uniqueness(at, schema, list);
        Map<String, Object> items = Trees.map(schema, "items");
        if (items.isEmpty()) return;
        for (int i = 0; i < list.size(); i++) value(at + "[" + i + "]", items, list.get(i));
    }

    private void uniqueness(String at, Map<String, Object> schema, List<Object> list) {
        String type = Trees.string(schema, "x-kubernetes-list-type");
        if (!"set".equals(type) && !"map".equals(type)) return;
        List<Object> keys = Trees.list(schema, "x-kubernetes-list-map-keys");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            Object item = list.get(i);
            Object key = item;
            if (type.equals("map")) {
                Map<String, Object> parts = new java.util.LinkedHashMap<>();
                for (Object k : keys) parts.put(String.valueOf(k), Trees.get(item, String.valueOf(k)));
                key = parts;
            }
            if (!seen.add(Json.writeString(key))) errors.add(FieldError.duplicate(at + "[" + i + "]", key));
        }
    }

    private void object(String at, Map<String, Object> schema, Map<String, Object> map) {
        Long most = Trees.integer(schema, "maxProperties");
        if (most != null && map.size() > most) errors.add(FieldError.tooMany(at, map.size(), most.intValue()));
        Long least = Trees.integer(schema, "minProperties");
        if (least != null && map.size() < least) {
            invalid(at, (long) map.size(), "%s in body should have at least %d properties".formatted(at, least));
        }
        for (Object name : Trees.list(schema, "required")) {
            if (!map.containsKey(String.valueOf(name)))
                errors.add(FieldError.required(join(at, String.valueOf(name)), ""));
        }
        Map<String, Object> properties = Trees.map(schema, "properties");
        Object additional = schema.get("additionalProperties");
        map.forEach((name, value) -> {
            if (properties.get(name) instanceof Map<?, ?> property) {
                value(join(at, name), Trees.asMap(property), value);
            } else if (additional instanceof Map<?, ?> other) {
                value(join(at, name), Trees.asMap(other), value);
            }
        });
    }

    private void combinations(String at, Map<String, Object> schema, Object value) {
        for (Object part : Trees.list(schema, "allOf")) {
            if (part instanceof Map<?, ?> map) value(at, Trees.asMap(map), value);
        }
        List<Object> any = Trees.list(schema, "anyOf");
        if (!any.isEmpty() && any.stream().noneMatch(part -> fits(at, part, value))) {
            invalid(at, value, "\"%s\" must validate at least one schema (anyOf)".formatted(at));
        }
        List<Object> one = Trees.list(schema, "oneOf");
        if (!one.isEmpty()) {
            long fitting = one.stream().filter(part -> fits(at, part, value)).count();
            if (fitting != 1) {
                String found = fitting == 0 ? "Found none valid" : "Found " + fitting + " valid alternatives";
                invalid(at, value, "\"%s\" must validate one and only one schema (oneOf). %s".formatted(at, found));
            }
        }
        if (schema.get("not") instanceof Map<?, ?> not && fits(at, not, value)) {
            invalid(at, value, "\"%s\" must not validate the schema (not)".formatted(at));
        }
    }

    private static boolean fits(String at, Object schema, Object value) {
        if (!(schema instanceof Map<?, ?> map)) return false;
        ValueRules rules = new ValueRules();
        rules.value(at, Trees.asMap(map), value);
        return rules.errors.isEmpty();
    }

    private void invalid(String at, Object value, String detail) {
        errors.add(FieldError.invalid(at, value, detail));
    }

    private static String join(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }
}
