package io.k8j.model.apply;

import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Type;
import java.util.List;
import java.util.Map;

/** How values are taken apart for ownership. */
final class Shapes {
    /** Whether a value is owned as a whole, or field by field, or item by item. */
    enum Shape {
        LEAF,
        MAP,
        LIST
    }

    private static final Schema ANYTHING =
            Schema.builder(Type.ANY).preserveUnknownFields(true).build();

    private Shapes() {}

    static Shape of(Schema schema, Object value) {
        if (schema == null) return Shape.LEAF;
        return switch (schema.type()) {
            case OBJECT, MAP -> schema.atomic() ? Shape.LEAF : Shape.MAP;
            case LIST -> schema.listType() == ListType.ATOMIC || schema.items() == null ? Shape.LEAF : Shape.LIST;
            // values without a schema are taken apart only where unknown fields are kept on purpose
            case ANY ->
                schema.preserveUnknownFields()
                                && !schema.atomic()
                                && schema.typeName() == null // a RawExtension is one value, whatever it holds
                                && value instanceof Map
                        ? Shape.MAP
                        : Shape.LEAF;
            default -> Shape.LEAF;
        };
    }

    /** Schema of a field's value; null if there is no such field. */
    static Schema field(Schema schema, String name) {
        return switch (schema.type()) {
            case OBJECT -> {
                Schema.Field field = schema.field(name);
                if (field != null) yield field.schema();
                if (schema.items() != null) yield schema.items();
                yield schema.preserveUnknownFields() ? ANYTHING : null;
            }
            case MAP -> schema.items() == null ? ANYTHING : schema.items();
            case ANY -> ANYTHING;
            default -> null;
        };
    }

    /** Whether the schema makes a map or list one value; what has no schema says nothing about it. */
    static boolean isAtomic(Schema schema) {
        return switch (schema.type()) {
            case OBJECT, MAP -> schema.atomic();
            case LIST -> schema.listType() == ListType.ATOMIC;
            default -> false;
        };
    }

    static boolean declares(Schema schema, String name) {
        return schema.field(name) != null;
    }

    /** Schema below a path element; null if unknown. */
    static Schema below(Schema schema, String element) {
        if (schema == null) return null;
        if (element.startsWith("f:")) return field(schema, element.substring(2));
        return schema.type() == Type.LIST ? schema.items() : null;
    }

    static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
