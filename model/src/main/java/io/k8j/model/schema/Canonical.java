package io.k8j.model.schema;

import io.k8j.model.schema.Schema.Presence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes an object of a built-in kind as upstream would: fields in upstream's order, empty values left out or always
 * there as {@link Schema.Presence} says. Applied last, before an object is encoded. Objects of custom resources need
 * none of it.
 */
public final class Canonical {
    private Canonical() {}

    /** A new tree in canonical form; values without known fields are shared with the input. */
    public static Map<String, Object> of(Schema schema, Map<String, Object> tree) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(tree.size() + 2);
        for (Schema.Field field : schema.fields().values()) {
            Object value = tree.get(field.name());
            Presence presence = field.presence();
            if (value != null) value = value(field.schema(), value);
            if (value == null) {
                if (presence == Presence.ALWAYS) out.put(field.name(), empty(field.schema()));
                else if (presence == Presence.NULL) out.put(field.name(), null);
            } else if (presence == Presence.KEEP || presence == Presence.NULL || !isEmpty(value)) {
                out.put(field.name(), value);
            } else if (presence == Presence.ALWAYS) {
                out.put(field.name(), empty(field.schema()));
            }
        }
        return out;
    }

    private static Object value(Schema schema, Object value) {
        return switch (schema.type()) {
            case OBJECT -> of(schema, cast(value));
            case LIST -> holdsObjects(schema) ? list(schema.items(), (List<?>) value) : value;
            case MAP -> holdsObjects(schema) ? map(schema.items(), cast(value)) : value;
            default -> value;
        };
    }

    private static boolean holdsObjects(Schema schema) {
        return switch (schema.items().type()) {
            case OBJECT, LIST, MAP -> true;
            default -> false;
        };
    }

    private static List<Object> list(Schema items, List<?> in) {
        List<Object> out = new ArrayList<>(in.size());
        for (Object item : in) out.add(item == null ? empty(items) : value(items, item));
        return out;
    }

    private static Map<String, Object> map(Schema items, Map<String, Object> in) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(in.size());
        in.forEach((key, item) -> out.put(key, item == null ? empty(items) : value(items, item)));
        return out;
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Long number -> number == 0;
            case Integer number -> number == 0;
            case Double number -> number == 0;
            case Boolean flag -> !flag;
            case Map<?, ?> map -> map.isEmpty();
            case List<?> list -> list.isEmpty();
            default -> false;
        };
    }

    /** The value upstream writes where nothing was given; null for lists, maps, times and free values. */
    static Object empty(Schema schema) {
        return switch (schema.type()) {
            case OBJECT -> of(schema, Map.of());
            case STRING -> schema.format() == null ? "" : null;
            case INTEGER, INT_OR_STRING -> 0L;
            case NUMBER -> 0.0;
            case BOOLEAN -> false;
            case QUANTITY -> "0";
            case LIST, MAP, ANY -> null;
        };
    }

    @SuppressWarnings("unchecked") // JSON trees have string keys
    private static Map<String, Object> cast(Object map) {
        return (Map<String, Object>) map;
    }
}
