package io.k8j.model.schema;

import java.util.List;
import java.util.Map;

/** Names of types as upstream's decoding errors spell them. */
final class GoNames {
    private GoNames() {}

    static String simpleName(Schema schema) {
        String name = schema.typeName();
        return name == null ? "" : name.substring(name.lastIndexOf('.') + 1);
    }

    static String of(Schema schema) {
        String name = schema.typeName();
        if (name != null) {
            int last = name.lastIndexOf('.');
            return name.substring(name.lastIndexOf('.', last - 1) + 1);
        }
        if (schema.errorName() != null) return schema.errorName();
        return switch (schema.type()) {
            case LIST -> "[]" + of(schema.items());
            case MAP -> "map[string]" + of(schema.items());
            case STRING -> "byte".equals(schema.format()) ? "[]uint8" : "string";
            case INTEGER -> schema.format() == null ? "int64" : schema.format();
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case OBJECT, INT_OR_STRING, QUANTITY, ANY -> "interface {}";
        };
    }

    static String jsonKind(Object value, boolean withNumber) {
        return switch (value) {
            case String s -> "string";
            case Boolean b -> "bool";
            case Number n -> withNumber ? "number " + n : "number";
            case Map<?, ?> m -> "object";
            case List<?> l -> "array";
            case null, default -> "null";
        };
    }
}
