package io.k8j.model.cel;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the types of expressions from an OpenAPI schema: names, bounds and sizes as upstream reckons them. */
public final class SchemaTypes {
    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> METADATA =
            Map.of("type", "object", "properties", Map.of("name", TEXT, "generateName", TEXT));

    private final Map<String, CelType> structs = new LinkedHashMap<>();

    /** The type of a schema, and all structs it is made of by name. */
    public record Declared(DeclaredType type, Map<String, CelType> structs) {}

    private SchemaTypes() {}

    /**
     * The type of values of a schema.
     *
     * @param name of the outermost struct; it must not be what a variable with a field might be called
     * @param whole whether values are whole objects with apiVersion, kind and metadata
     * @return empty if expressions cannot see such values, for they have no type
     */
    public static Optional<Declared> of(Map<String, Object> schema, String name, boolean whole) {
        SchemaTypes types = new SchemaTypes();
        DeclaredType type = types.type(schema, name, whole);
        return type == null ? Optional.empty() : Optional.of(new Declared(type, types.structs));
    }

    private DeclaredType type(Map<String, Object> schema, String name, boolean whole) {
        if (Trees.isTrue(schema, "x-kubernetes-int-or-string")) {
            return simple(SimpleType.DYN, 1, textLength(schema, Limits.MAX_REQUEST_SIZE - 2));
        }
        String type = Trees.string(schema, "type");
        return switch (type == null ? "" : type) {
            case "array" -> list(schema, name);
            case "object" -> object(schema, name, whole);
            case "string" -> text(schema);
            case "boolean" -> simple(SimpleType.BOOL, 4, 0);
            case "number" -> simple(SimpleType.DOUBLE, 1, 0);
            case "integer" -> simple(SimpleType.INT, 1, 0);
            default -> null;
        };
    }

    private static DeclaredType simple(CelType type, long minSize, long maxElements) {
        return new DeclaredType(type, minSize, maxElements, Map.of(), null);
    }

    private static long textLength(Map<String, Object> schema, long otherwise) {
        Long most = Trees.integer(schema, "maxLength");
        return most == null
                ? otherwise
                : Estimate.product(Math.max(0, most), 4); // a character takes four bytes at most
    }

    private static DeclaredType text(Map<String, Object> schema) {
        String format = Trees.string(schema, "format");
        long longest = Limits.MAX_REQUEST_SIZE - 2;
        return switch (format == null ? "" : format) {
            case "byte" -> {
                Long most = Trees.integer(schema, "maxLength");
                yield simple(SimpleType.BYTES, 2, most == null ? longest : Math.max(0, most));
            }
            case "duration" -> simple(SimpleType.DURATION, 3, 32);
            case "date" -> simple(SimpleType.TIMESTAMP, 12, 12);
            case "date-time" -> simple(SimpleType.TIMESTAMP, 21, 32);
            default -> {
                List<Object> allowed = Trees.list(schema, "enum");
                if (!allowed.isEmpty()) {
                    longest = 0;
                    for (Object value : allowed) {
                        if (value instanceof String s) longest = Math.max(longest, utf8Length(s));
                    }
                }
                yield simple(SimpleType.STRING, 2, textLength(schema, longest));
            }
        };
    }

    private static long utf8Length(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    private DeclaredType list(Map<String, Object> schema, String name) {
        if (!(schema.get("items") instanceof Map<?, ?> map)) return null;
        Map<String, Object> items = Trees.asMap(map);
        DeclaredType item = type(items, name + ".@idx", Trees.isTrue(items, "x-kubernetes-embedded-resource"));
        if (item == null) return null;
        Long most = Trees.integer(schema, "maxItems");
        long bound = most != null ? Math.max(0, most) : (Limits.MAX_REQUEST_SIZE - 2) / (item.minSize() + 1);
        return new DeclaredType(ListType.create(item.type()), 2, bound, Map.of(), item);
    }

    @SuppressWarnings("Immutable") // the fields are complete before anybody asks
    private DeclaredType object(Map<String, Object> schema, String name, boolean whole) {
        if (schema.get("additionalProperties") instanceof Map<?, ?> map) {
            Map<String, Object> values = Trees.asMap(map);
            DeclaredType value = type(values, name + ".@elem", Trees.isTrue(values, "x-kubernetes-embedded-resource"));
            if (value == null) return null;
            Long most = Trees.integer(schema, "maxProperties");
            long bound = most != null ? Math.max(0, most) : (Limits.MAX_REQUEST_SIZE - 2) / (value.minSize() + 6);
            return new DeclaredType(MapType.create(SimpleType.STRING, value.type()), 2, bound, Map.of(), value);
        }
        Map<String, Object> properties = new LinkedHashMap<>(Trees.map(schema, "properties"));
        if (whole) {
            properties.put("apiVersion", TEXT);
            properties.put("kind", TEXT);
            properties.put("metadata", METADATA);
        }
        List<Object> required = Trees.list(schema, "required");
        Map<String, DeclaredType> fields = new LinkedHashMap<>();
        long minSize = 2;
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            if (!(property.getValue() instanceof Map<?, ?> map)) continue;
            Map<String, Object> node = Trees.asMap(map);
            Optional<String> escaped = FieldNames.escape(property.getKey());
            String inner = name + "." + escaped.orElse("@unnamed");
            DeclaredType field = type(node, inner, Trees.isTrue(node, "x-kubernetes-embedded-resource"));
            if (field == null) continue;
            escaped.ifPresent(e -> fields.put(e, field));
            if (required.contains(property.getKey()) && node.get("default") == null) {
                minSize = Estimate.sum(minSize, utf8Length(property.getKey()) + field.minSize() + 4);
            }
        }
        StructType struct = StructType.create(
                name,
                ImmutableSet.copyOf(fields.keySet()),
                field -> Optional.ofNullable(fields.get(field)).map(DeclaredType::type));
        structs.put(name, struct);
        return new DeclaredType(struct, minSize, 0, Map.copyOf(fields), null);
    }
}
