package io.k8j.model.schema;

import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a parsed tree into one that fits the schema of a built-in kind: values of a wrong type are an error in
 * upstream's words, nulls are dropped, unknown fields are dropped and listed, quantities and times get their canonical
 * form. Fields are neither defaulted nor put in order; see {@link Defaulter} and {@link Canonical}.
 *
 * <p>Use {@link Pruner} for custom resources. An instance serves one object and one thread.
 */
public final class StrictDecoder {
    private static final int MAX_UNKNOWN = 100;
    private static final long MAX_BYTE = 255;
    private static final long UNSAFE_DOUBLE = 1L << 53;

    /**
     * What was read.
     *
     * @param object a new tree that shares no map and no list with the input
     * @param problems one {@code unknown field "spec.foo"} for each field the schema does not know, in the order of the
     *     input, at most 100: warnings, or for strict requests the error {@code strict decoding error: } and these,
     *     joined with a comma and a space
     */
    public record Decoded(Map<String, Object> object, List<String> problems) {}

    private final List<String> problems = new ArrayList<>();
    private final StringBuilder place = new StringBuilder();
    private final List<String> goPath = new ArrayList<>();
    private String goStruct;
    private String mismatch; // the first value of a wrong type; what cannot be read at all goes before it

    private StrictDecoder() {}

    /**
     * Decodes one object.
     *
     * @throws WrongTypeException if a value has not the type its field wants: the first in the input's order that cannot
     *     be read, such as a quantity, otherwise the first of another JSON type
     */
    public static Decoded decode(Schema schema, Map<String, Object> tree) {
        StrictDecoder decoder = new StrictDecoder();
        Map<String, Object> object = decoder.object(schema, tree);
        decoder.refuseMismatch();
        return new Decoded(object, List.copyOf(decoder.problems));
    }

    /**
     * Checks a single value.
     *
     * @throws WrongTypeException if it has not the type the schema wants
     */
    static void check(Schema schema, Object value) {
        StrictDecoder decoder = new StrictDecoder();
        decoder.value(schema, value);
        decoder.refuseMismatch();
    }

    private void refuseMismatch() {
        if (mismatch != null) throw new WrongTypeException(mismatch);
    }

    private Object value(Schema schema, Object value) {
        return switch (schema.type()) {
            case OBJECT -> value instanceof Map<?, ?> map ? object(schema, cast(map)) : wrong(schema, value);
            case MAP -> value instanceof Map<?, ?> map ? map(schema, cast(map)) : wrong(schema, value);
            case LIST -> value instanceof List<?> list ? list(schema, list) : wrong(schema, value);
            case STRING -> value instanceof String text ? string(schema, text) : noString(schema, value);
            case INTEGER -> integer(schema, value);
            case NUMBER -> number(schema, value);
            case BOOLEAN -> value instanceof Boolean ? value : wrong(schema, value);
            case INT_OR_STRING -> intOrString(value);
            case QUANTITY -> quantity(value);
            case ANY -> any(schema, value);
        };
    }

    private Map<String, Object> object(Schema schema, Map<String, Object> in) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(in.size());
        String outerStruct = goStruct;
        String ownStruct = in.isEmpty() ? null : GoNames.simpleName(schema);
        int start = place.length();
        for (Map.Entry<String, Object> entry : in.entrySet()) {
            String name = entry.getKey();
            Schema.Field field = schema.field(name);
            if (field == null) {
                unknown(name);
                continue;
            }
            if (entry.getValue() == null) continue;
            enter(name);
            goStruct = ownStruct;
            int depth = goPath.size();
            if (field.protoNumber() > Schema.Field.INLINED) goPath.addAll(GoNames.embedding(ownStruct, field));
            goPath.add(name);
            out.put(name, value(field.schema(), entry.getValue()));
            goPath.subList(depth, goPath.size()).clear();
            goStruct = outerStruct;
            place.setLength(start);
        }
        return out;
    }

    private void enter(String name) {
        if (!place.isEmpty()) place.append('.');
        place.append(name);
    }

    private void unknown(String name) {
        if (problems.size() >= MAX_UNKNOWN) return;
        String path = place.isEmpty() ? name : place + "." + name;
        problems.add("unknown field \"" + path + "\"");
    }

    private Map<String, Object> map(Schema schema, Map<String, Object> in) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(in.size());
        Schema items = schema.items();
        int start = place.length();
        for (Map.Entry<String, Object> entry : in.entrySet()) {
            enter(entry.getKey());
            out.put(entry.getKey(), item(items, entry.getValue()));
            place.setLength(start);
        }
        return out;
    }

    private List<Object> list(Schema schema, List<?> in) {
        List<Object> out = new ArrayList<>(in.size());
        Schema items = schema.items();
        int start = place.length();
        for (int i = 0; i < in.size(); i++) {
            place.append('[').append(i).append(']');
            out.add(item(items, in.get(i)));
            place.setLength(start);
        }
        return out;
    }

    /** A null in a list or map is the type's empty value there. */
    private Object item(Schema schema, Object item) {
        if (item == null) return "byte".equals(schema.format()) ? "" : Canonical.empty(schema);
        return value(schema, item);
    }

    private Object noString(Schema schema, Object value) {
        if ("byte".equals(schema.format()) && value instanceof List<?> list) return listed(list);
        if (!"date-time".equals(schema.format())) return wrong(schema, value);
        throw new WrongTypeException(words(GoNames.jsonKind(value, false), "string"));
    }

    /** Bytes may be written as a list of numbers, too. */
    private Object listed(List<?> list) {
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            Object item = list.get(i);
            if (item instanceof Long number && number >= 0 && number <= MAX_BYTE) bytes[i] = number.byteValue();
            else if (item != null) return mismatched(words(GoNames.jsonKind(item, true), "uint8"));
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Object string(Schema schema, String text) {
        if (schema.format() == null) return text;
        return switch (schema.format()) {
            case "date-time" -> Times.canonical(text, schema.typeName().endsWith("MicroTime"));
            case "byte" -> bytes(text);
            default -> text;
        };
    }

    private Object bytes(String text) {
        String compact = text.indexOf('\n') < 0 && text.indexOf('\r') < 0 ? text : text.replaceAll("[\r\n]", "");
        int fault;
        try {
            Base64.getDecoder().decode(compact);
            if (compact.length() % 4 == 0) return compact;
            fault = compact.length() & ~3;
        } catch (IllegalArgumentException e) {
            fault = Base64Errors.position(compact);
        }
        return mismatched("illegal base64 data at input byte " + fault);
    }

    private Object integer(Schema schema, Object value) {
        if (value instanceof Integer i) return (long) i;
        if (value instanceof Long number) {
            boolean fits = !"int32".equals(schema.format()) || number == number.intValue();
            return fits ? number : wrong(schema, value);
        }
        return wrong(schema, value);
    }

    private Object number(Schema schema, Object value) {
        if (value instanceof Long whole && Math.abs(whole) < UNSAFE_DOUBLE) return (double) whole;
        return value instanceof Number n ? (Object) n.doubleValue() : wrong(schema, value);
    }

    private Object intOrString(Object value) {
        if (value instanceof String) return value;
        if (value instanceof Integer i) return (long) i;
        if (value instanceof Long number && number == number.intValue()) return number;
        throw new WrongTypeException(words(GoNames.jsonKind(value, true), "int32"));
    }

    private static Object quantity(Object value) {
        try {
            return Quantity.of(value).toString();
        } catch (QuantityException e) {
            throw new WrongTypeException(e.getMessage());
        }
    }

    /** A schema inside a CustomResourceDefinition may stand where a list or boolean may, too; it has fields to check. */
    private Object any(Schema schema, Object value) {
        String typeName = schema.typeName();
        if (typeName == null || !typeName.contains(".JSONSchemaPropsOr")) return value;
        Schema props = Schemas.type(typeName.substring(0, typeName.lastIndexOf("Or")));
        if (value instanceof Map<?, ?> map) return object(props, cast(map));
        if (typeName.endsWith("OrBool") && !(value instanceof Boolean)) {
            throw new WrongTypeException("boolean or JSON schema expected");
        }
        boolean schemas = typeName.endsWith("OrArray");
        if (!schemas || !(value instanceof List<?> list)) return value;
        List<Object> out = new ArrayList<>();
        for (Object item : list) out.add(item instanceof Map<?, ?> map ? object(props, cast(map)) : item);
        return out;
    }

    /** The rest is read on: something that cannot be read at all may follow. */
    private Object wrong(Schema schema, Object value) {
        if (mismatch != null) return null;
        String kind = GoNames.jsonKind(value, schema.type() == Schema.Type.INTEGER);
        String field = goPath.isEmpty() ? "" : goPath.getLast();
        return mismatched(words(kind, GoNames.of(schema, goStruct, field)));
    }

    private Object mismatched(String message) {
        if (mismatch == null) mismatch = message;
        return null;
    }

    private String words(String kind, String type) {
        String place = goStruct == null ? "Go value" : "Go struct field " + goStruct + "." + String.join(".", goPath);
        return "json: cannot unmarshal " + kind + " into " + place + " of type " + type;
    }

    @SuppressWarnings("unchecked") // JSON trees have string keys
    private static Map<String, Object> cast(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }
}
