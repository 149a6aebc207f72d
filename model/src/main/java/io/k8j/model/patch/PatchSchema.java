package io.k8j.model.patch;

import io.k8j.model.patch.PatchException.Kind;
import io.k8j.model.schema.Schema;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.List;

/**
 * What strategic merge must know of one place.
 *
 * @param schema of the map at this place
 */
record PatchSchema(Schema schema) {
    /**
     * How a field is merged.
     *
     * @param value schema of the field's map, or of its list's items
     * @param strategy {@code merge}, {@code replace} or empty
     * @param mergeKey key field of a list's items; null if none
     */
    record Meta(PatchSchema value, String strategy, String mergeKey) {
        boolean merges() {
            return strategy.equals("merge");
        }
    }

    Meta forMap(String key) {
        return switch (schema.type()) {
            case MAP -> new Meta(new PatchSchema(schema.items()), "", null);
            case OBJECT -> {
                Schema.Field field = field(key);
                yield new Meta(new PatchSchema(field.schema()), strategy(field), field.patchMergeKey());
            }
            default ->
                throw new PatchException(
                        Kind.INTERNAL,
                        "merging an object in json but data type is not struct, instead is: " + kindWord(schema));
        };
    }

    Meta forList(String key) {
        Meta meta = forMap(key);
        Schema list = meta.value().schema();
        if (list.type() != Schema.Type.LIST) {
            throw new PatchException(Kind.INTERNAL, "expected slice or array type, but got: " + kindWord(schema));
        }
        return new Meta(new PatchSchema(list.items()), meta.strategy(), meta.mergeKey());
    }

    private Schema.Field field(String key) {
        Schema.Field field = schema.field(key);
        if (field != null) return field;
        throw new PatchException(
                Kind.INTERNAL,
                "unable to find api field in struct " + goName() + " for the json field " + GoText.quote(key));
    }

    private String goName() {
        String name = schema.typeName();
        return name == null ? "" : name.substring(name.lastIndexOf('.') + 1);
    }

    String kindWord() {
        return kindWord(schema);
    }

    private static String kindWord(Schema schema) {
        return switch (schema.type()) {
            case OBJECT, INT_OR_STRING, QUANTITY -> "struct";
            case MAP -> "map";
            case LIST -> "slice";
            case STRING -> "string";
            case INTEGER -> "int64".equals(schema.format()) ? "int64" : "int32";
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case ANY -> "interface";
        };
    }

    private static String strategy(Schema.Field field) {
        List<String> words = new ArrayList<>(field.patchStrategy());
        words.remove("retainKeys");
        if (words.size() > 1)
            throw new PatchException(Kind.INTERNAL, "unexpected patch strategy: " + GoText.format(words));
        return words.isEmpty() ? "" : words.getFirst();
    }
}
