package io.k8j.model.typed;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads one JSON text into objects of plain model classes, as Jackson's data binding would. Where it would do more than
 * take values as they are, this gives up with {@link NotPlainException}, and data binding is asked. For one thread.
 */
final class ModelReader {
    private static final ModelType METADATA = ModelType.of(ObjectMeta.class);
    private static final String MANAGED_FIELDS = "managedFields";

    private final JsonParser parser;
    private final StringPool strings;

    ModelReader(JsonParser parser, StringPool strings) {
        this.parser = parser;
        this.strings = strings;
    }

    /** The whole text. */
    Object read(ModelType type) {
        if (parser.nextToken() != JsonToken.START_OBJECT) throw NotPlainException.INSTANCE;
        Object model = object(type);
        if (parser.nextToken() != null) throw NotPlainException.INSTANCE;
        return model;
    }

    private Object object(ModelType type) {
        Object model = type.access.create();
        while (true) {
            String name = parser.nextName();
            if (name == null) return model; // the parser has made sure that this is the end
            int place = type.place(name);
            JsonToken token = parser.nextToken();
            if (place >= 0) {
                if (type == METADATA && name.equals(MANAGED_FIELDS)) {
                    parser.skipChildren(); // half of what many objects weigh, and no component looks at it
                } else {
                    type.access.set(model, place, value(token, type.shapes[place]));
                }
            } else {
                type.access.setOther(model, name, Untyped.read(parser, token, strings));
            }
        }
    }

    /** The value that begins with this token, which is the parser's last one. */
    Object value(JsonToken token, ModelShape shape) {
        if (token == JsonToken.VALUE_NULL) return null;
        return switch (shape.form) {
            case 's' -> text(token);
            case 'b' -> {
                if (token == JsonToken.VALUE_TRUE) yield Boolean.TRUE;
                if (token == JsonToken.VALUE_FALSE) yield Boolean.FALSE;
                throw NotPlainException.INSTANCE;
            }
            case 'i', 'l', 'd' -> number(token, shape.form);
            case 'm' -> {
                if (token != JsonToken.START_OBJECT) throw NotPlainException.INSTANCE;
                yield object(shape.type());
            }
            case '[' -> list(token, shape.item);
            case '{' -> map(token, shape.item);
            case 'q' -> new Quantity(text(token));
            case 'n' ->
                new IntOrString(token == JsonToken.VALUE_NUMBER_INT ? number(token, 'i') : (Object) text(token));
            case 't' -> new MicroTime(text(token));
            case 'z' -> time(token);
            default -> throw NotPlainException.INSTANCE;
        };
    }

    private String text(JsonToken token) {
        if (token != JsonToken.VALUE_STRING) throw NotPlainException.INSTANCE;
        return strings.share(parser.getString());
    }

    private Number number(JsonToken token, char form) {
        boolean whole = token == JsonToken.VALUE_NUMBER_INT;
        if (form == 'd' && (whole || token == JsonToken.VALUE_NUMBER_FLOAT)) return parser.getDoubleValue();
        if (!whole) throw NotPlainException.INSTANCE;
        JsonParser.NumberType type = parser.getNumberType();
        if (type == JsonParser.NumberType.INT) {
            return form == 'i' ? (Number) parser.getIntValue() : (Number) parser.getLongValue();
        }
        if (form == 'i' || type != JsonParser.NumberType.LONG) throw NotPlainException.INSTANCE;
        return parser.getLongValue();
    }

    private ZonedDateTime time(JsonToken token) {
        try {
            return Microseconds.parse(text(token));
        } catch (DateTimeException e) {
            throw NotPlainException.INSTANCE; // data binding says what is wrong with it
        }
    }

    private List<Object> list(JsonToken token, ModelShape item) {
        if (token != JsonToken.START_ARRAY) throw NotPlainException.INSTANCE;
        List<Object> list = new ArrayList<>();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            list.add(value(next, item));
        }
        return list;
    }

    private Map<String, Object> map(JsonToken token, ModelShape item) {
        if (token != JsonToken.START_OBJECT) throw NotPlainException.INSTANCE;
        Map<String, Object> map = new LinkedHashMap<>();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            map.put(strings.share(key), value(parser.nextToken(), item));
        }
        return map;
    }
}
