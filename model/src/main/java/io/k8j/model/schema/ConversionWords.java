package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says why a tree cannot become an object, in the words of the converter that upstream uses behind a strategic merge
 * patch. It names types only; JSON bodies get the words of {@link StrictDecoder}, which name fields.
 */
public final class ConversionWords {
    private ConversionWords() {}

    /**
     * The first value that does not fit its place, in the order of the schema's fields.
     *
     * @return upstream's words, or null if everything fits
     */
    public static String misfit(Schema schema, Object value) {
        if (value == null) return null;
        return switch (schema.type()) {
            case OBJECT ->
                value instanceof Map<?, ?> map ? fields(schema, map) : "cannot restore struct from: " + kind(value);
            case MAP ->
                value instanceof Map<?, ?> map ? items(schema, map.values()) : "cannot restore map from " + kind(value);
            case LIST ->
                value instanceof List<?> list ? items(schema, list) : "cannot restore slice from " + kind(value);
            case STRING -> text(schema, value);
            case INTEGER -> integer(schema, value);
            case NUMBER -> value instanceof Number ? null : "unrecognized type: float64";
            case BOOLEAN -> value instanceof Boolean ? null : "unrecognized type: bool";
            case INT_OR_STRING, QUANTITY, ANY -> decoded(schema, value);
        };
    }

    /** The value with whole numbers that are too big for their fields cut off as Go's conversion cuts them. */
    public static Object wrapped(Schema schema, Object value) {
        if (schema == null) return value;
        if (schema.type() == Schema.Type.INTEGER && "int32".equals(schema.format()) && value instanceof Long number) {
            return (long) number.intValue();
        }
        if (value instanceof List<?> list) {
            return list.stream()
                    .map(item -> wrapped(schema.items(), item))
                    .collect(ArrayList::new, List::add, List::addAll);
        }
        if (!(value instanceof Map<?, ?> map)) return value;
        Map<String, Object> cut = new LinkedHashMap<>();
        Trees.asMap(map).forEach((name, item) -> {
            Schema.Field field = schema.type() == Schema.Type.OBJECT ? schema.field(name) : null;
            cut.put(name, wrapped(field == null ? schema.items() : field.schema(), item));
        });
        return cut;
    }

    private static String fields(Schema schema, Map<?, ?> map) {
        for (Schema.Field field : schema.fields().values()) {
            String misfit = misfit(field.schema(), map.get(field.name()));
            if (misfit != null) return misfit;
        }
        return null;
    }

    private static String items(Schema schema, Iterable<?> items) {
        for (Object item : items) {
            String misfit = misfit(schema.items(), item);
            if (misfit != null) return misfit;
        }
        return null;
    }

    private static String text(Schema schema, Object value) {
        if ("byte".equals(schema.format()) && !(value instanceof String || value instanceof List<?>))
            return "cannot restore slice from " + kind(value);
        if (schema.format() != null) { // times and bytes read themselves from JSON
            String fault = decoded(schema, value);
            boolean bytes = "byte".equals(schema.format()) && value instanceof String;
            return fault != null && bytes ? "error decoding from json: " + fault : fault;
        }
        if (value instanceof String) return null;
        // Go would turn a number into the character of that number, so this pair has words of its own.
        return isWhole(value) ? "cannot convert int64 to " + GoNames.of(schema) : "unrecognized type: string";
    }

    private static String integer(Schema schema, Object value) {
        if (isWhole(value)) return null; // what is too big is cut, see wrapped
        String type = schema.format() == null ? "int64" : schema.format();
        if (!(value instanceof Number number)) return "unrecognized type: " + type;
        return number.doubleValue() == Math.rint(number.doubleValue()) ? null : "cannot convert float64 to " + type;
    }

    private static String decoded(Schema schema, Object value) {
        try {
            StrictDecoder.check(schema, value);
            return null;
        } catch (WrongTypeException e) {
            return e.getMessage();
        }
    }

    private static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Integer;
    }

    private static String kind(Object value) {
        return switch (value) {
            case Map<?, ?> _ -> "map";
            case List<?> _ -> "slice";
            case String _ -> "string";
            case Boolean _ -> "bool";
            default -> isWhole(value) ? "int64" : "float64";
        };
    }
}
