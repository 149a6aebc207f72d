package io.k8j.apiserver.crd;

import com.google.protobuf.NullValue;
import dev.cel.common.values.CelByteString;
import io.k8j.model.cel.FieldNames;
import io.k8j.model.cel.KeyedList;
import io.k8j.model.cel.functions.TextFormats;
import io.k8j.model.json.Trees;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes {@code self} and {@code oldSelf} of the values at a place: typed by the schema, fields by their CEL names. */
final class RuleVariables {
    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> METADATA =
            Map.of("type", "object", "properties", Map.of("name", TEXT, "generateName", TEXT));

    private final Object self;
    private final Object old; // null if there was none

    RuleVariables(Map<String, Object> schema, boolean whole, Object value, Object former) {
        self = cel(schema, whole, value);
        old = former == null ? null : cel(schema, whole, former);
    }

    Map<String, Object> of(boolean optional) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("self", self);
        if (optional) variables.put("oldSelf", Optional.ofNullable(old));
        else if (old != null) variables.put("oldSelf", old);
        return variables;
    }

    private static Object cel(Map<String, Object> schema, boolean whole, Object value) {
        return switch (value) {
            case null -> NullValue.NULL_VALUE;
            case Map<?, ?> map -> object(schema, whole, Trees.asMap(map));
            case List<?> list -> {
                Map<String, Object> items = Trees.map(schema, "items");
                boolean embedded = Trees.isTrue(items, "x-kubernetes-embedded-resource");
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) copy.add(cel(items, embedded, item));
                yield typed(schema, copy);
            }
            case Integer i -> number(schema, i.longValue());
            case Long n -> number(schema, n);
            case String s -> text(schema, s);
            default -> value;
        };
    }

    private static List<Object> typed(Map<String, Object> schema, List<Object> list) {
        return switch (Trees.string(schema, "x-kubernetes-list-type")) {
            case "set" -> new KeyedList(list, List.of());
            case "map" -> {
                List<String> keys = new ArrayList<>();
                for (Object name : Trees.list(schema, "x-kubernetes-list-map-keys")) {
                    FieldNames.escape(String.valueOf(name)).ifPresent(keys::add);
                }
                yield new KeyedList(list, keys);
            }
            case null, default -> list;
        };
    }

    private static Object number(Map<String, Object> schema, long value) {
        return "number".equals(schema.get("type")) ? (Object) (double) value : (Object) value;
    }

    private static Map<String, Object> object(Map<String, Object> schema, boolean whole, Map<String, Object> map) {
        Map<String, Object> properties = Trees.map(schema, "properties");
        Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((name, child) -> {
            if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
                Map<String, Object> inner = Trees.asMap(other);
                copy.put(name, cel(inner, Trees.isTrue(inner, "x-kubernetes-embedded-resource"), child));
                return;
            }
            Map<String, Object> inner = properties.get(name) instanceof Map<?, ?> s ? Trees.asMap(s) : null;
            if (whole) {
                if (name.equals("metadata")) inner = METADATA;
                else if (name.equals("apiVersion") || name.equals("kind")) inner = TEXT;
            }
            if (inner == null) return; // expressions do not see what no schema describes
            boolean nullable = Trees.isTrue(inner, "nullable");
            if (child == null && !nullable) return;
            Map<String, Object> known = inner;
            FieldNames.escape(name)
                    .ifPresent(field ->
                            copy.put(field, cel(known, Trees.isTrue(known, "x-kubernetes-embedded-resource"), child)));
        });
        return copy;
    }

    private static Object text(Map<String, Object> schema, String text) {
        if (!"string".equals(schema.get("type"))) return text;
        String format = Trees.string(schema, "format");
        try {
            return switch (format == null ? "" : format) {
                case "duration" ->
                    TextFormats.duration(text).<Object>map(d -> d).orElse(text);
                case "date" ->
                    LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
                case "date-time" -> instant(text);
                case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
                default -> text;
            };
        } catch (DateTimeException | IllegalArgumentException e) {
            return text; // a rule that asks for the other type fails with that
        }
    }

    private static Instant instant(String text) {
        return OffsetDateTime.parse(text.toUpperCase(java.util.Locale.ROOT)).toInstant();
    }
}
