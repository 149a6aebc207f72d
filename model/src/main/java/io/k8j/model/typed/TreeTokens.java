package io.k8j.model.typed;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.util.TokenBuffer;

/** Turns trees into tokens and back. */
final class TreeTokens {
    private TreeTokens() {}

    static TokenBuffer write(Object tree) {
        TokenBuffer out = TokenBuffer.forGeneration();
        value(tree, out);
        return out;
    }

    private static void value(Object value, TokenBuffer out) {
        switch (value) {
            case String text -> out.writeString(text);
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.writeName((String) entry.getKey());
                    value(entry.getValue(), out);
                }
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                for (Object item : list) value(item, out);
                out.writeEndArray();
            }
            case Long number -> {
                // fabric8's IntOrString knows int only
                if (number == number.intValue()) out.writeNumber(number.intValue());
                else out.writeNumber(number.longValue());
            }
            case Integer number -> out.writeNumber(number.intValue());
            case Double number -> out.writeNumber(number.doubleValue());
            case Boolean flag -> out.writeBoolean(flag);
            case BigInteger number -> out.writeNumber(number);
            case BigDecimal number -> out.writeNumber(number);
            case null -> out.writeNull();
            default -> throw new TypedCodecException("not a tree value: " + value.getClass(), null);
        }
    }

    /** Reads the object the parser stands at. */
    static Map<String, Object> read(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) throw new TypedCodecException("not an object", null);
        return object(in);
    }

    private static Map<String, Object> object(JsonParser in) {
        Map<String, Object> map = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            map.put(name, value(in));
        }
        return map;
    }

    private static Object value(JsonParser in) {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) list.add(value(in));
                yield list;
            }
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_EMBEDDED_OBJECT -> embedded(in.getEmbeddedObject());
            default -> in.getString();
        };
    }

    private static Object embedded(Object value) {
        if (value instanceof byte[] bytes) return Base64.getEncoder().encodeToString(bytes);
        return value == null ? null : value.toString();
    }
}
