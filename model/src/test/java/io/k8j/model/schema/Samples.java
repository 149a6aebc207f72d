package io.k8j.model.schema;

import io.k8j.model.resource.GroupVersionKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes objects that have a value in every field of their schema; recursive types stop at the second level. */
public final class Samples {
    private int counter;

    private Samples() {}

    public static Map<String, Object> of(GroupVersionKind gvk) {
        Schema schema = Schemas.kind(gvk);
        Map<String, Object> object = new Samples().object(schema, new HashSet<>());
        object.put("apiVersion", gvk.apiVersion());
        object.put("kind", gvk.kind());
        return object;
    }

    private Map<String, Object> object(Schema schema, Set<String> path) {
        Map<String, Object> out = new LinkedHashMap<>();
        path.add(schema.typeName());
        for (Schema.Field field : schema.fields().values()) {
            Object value = value(field.schema(), path);
            if (value != null) out.put(field.name(), value);
        }
        path.remove(schema.typeName());
        return out;
    }

    private Object value(Schema schema, Set<String> path) {
        counter++;
        return switch (schema.type()) {
            case OBJECT -> path.contains(schema.typeName()) ? null : object(schema, path);
            case LIST -> {
                Object item = value(schema.items(), path);
                yield item == null ? null : new ArrayList<>(List.of(item, value(schema.items(), path)));
            }
            case MAP -> {
                Object item = value(schema.items(), path);
                if (item == null) yield null;
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("a" + counter, item);
                map.put("b" + counter, value(schema.items(), path));
                yield map;
            }
            case STRING -> string(schema);
            case INTEGER -> (long) counter;
            case NUMBER -> counter + 0.5;
            case BOOLEAN -> true;
            case INT_OR_STRING -> counter % 2 == 0 ? (Object) "25%" : (Object) (long) counter;
            case QUANTITY -> counter + "Mi";
            case ANY -> any(schema);
        };
    }

    private String string(Schema schema) {
        return switch (schema.format()) {
            case "byte" -> "AQID";
            case "date-time" ->
                schema.typeName().endsWith("MicroTime") ? "2026-01-02T03:04:05.123456Z" : "2026-01-02T03:04:05Z";
            case null, default -> "text-" + counter;
        };
    }

    private static Object any(Schema schema) {
        String name = schema.typeName().substring(schema.typeName().lastIndexOf('.') + 1);
        return switch (name) {
            case "FieldsV1" -> Map.of("f:spec", Map.of());
            case "JSON" -> "text";
            case "JSONSchemaPropsOrBool" -> true;
            case "JSONSchemaPropsOrArray" -> Map.of("type", "string");
            case "JSONSchemaPropsOrStringArray" -> List.of("a", "b");
            default -> new LinkedHashMap<>(Map.of("apiVersion", "example.com/v1", "kind", "Any", "n", 1L));
        };
    }
}
