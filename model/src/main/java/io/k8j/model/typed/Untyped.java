package io.k8j.model.typed;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Trees as Jackson's data binding reads and writes them: whole numbers are Integers if they fit. */
final class Untyped {
    private Untyped() {}

    /** The value that the parser stands at. */
    static Object read(JsonParser parser, JsonToken token, StringPool strings) {
        return switch (token) {
            case START_OBJECT -> object(parser, strings);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(read(parser, next, strings));
                }
                yield list;
            }
            case VALUE_STRING -> strings == null ? parser.getString() : strings.share(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw NotPlainException.INSTANCE;
        };
    }

    /** The object that the parser stands at the beginning of. */
    static Map<String, Object> object(JsonParser parser, StringPool strings) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            map.put(name, read(parser, parser.nextToken(), strings));
        }
        return map;
    }

    /** @throws NotPlainException if there is something else than JSON's values in it */
    static void write(Object value, JsonGenerator out) {
        switch (value) {
            case String text -> out.writeString(text);
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    if (!(entry.getKey() instanceof String name)) throw NotPlainException.INSTANCE;
                    out.writeName(name);
                    write(entry.getValue(), out);
                }
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                for (Object item : list) write(item, out);
                out.writeEndArray();
            }
            case Boolean flag -> out.writeBoolean(flag);
            case Integer number -> out.writeNumber(number.intValue());
            case Long number -> out.writeNumber(number.longValue());
            case Double number -> out.writeNumber(number.doubleValue());
            case BigInteger number -> out.writeNumber(number);
            case BigDecimal number -> out.writeNumber(number);
            case null -> out.writeNull();
            default -> throw NotPlainException.INSTANCE;
        }
    }
}
