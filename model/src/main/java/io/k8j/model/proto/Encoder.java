package io.k8j.model.proto;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes trees as messages. Absent and null fields are left out, maps are sorted by key. */
final class Encoder {
    private static final int MAX_DEPTH = 200;

    private final BackwardBuffer out = new BackwardBuffer();
    private int depth;

    static byte[] message(Schema schema, Map<String, Object> tree) {
        Encoder encoder = new Encoder();
        try {
            encoder.fields(Message.of(schema), tree);
        } catch (ClassCastException | IllegalArgumentException | DateTimeException e) {
            throw new ProtobufException("encode " + schema.typeName() + ": a value does not fit its field", e);
        }
        return encoder.out.toBytes();
    }

    private void fields(Message message, Map<String, Object> tree) {
        if (++depth > MAX_DEPTH) throw new ProtobufException("message is nested more than " + MAX_DEPTH + " deep");
        Message.Entry[] entries = message.entries();
        for (int i = entries.length - 1; i >= 0; i--) {
            Message.Entry entry = entries[i];
            if (entry.inline() != null) {
                int before = out.position();
                fields(entry.inline(), tree);
                if (out.position() > before) out.close(entry.number(), before);
            } else {
                Object value = tree.get(entry.name());
                if (value != null) field(entry.number(), entry.schema(), value);
            }
        }
        depth--;
    }

    private void field(int number, Schema schema, Object value) {
        switch (schema.type()) {
            case LIST -> {
                List<?> list = (List<?>) value;
                int before = out.position();
                boolean wrapped = schema.typeName() != null;
                for (int i = list.size() - 1; i >= 0; i--) single(wrapped ? 1 : number, schema.items(), list.get(i));
                if (wrapped) out.close(number, before);
            }
            case MAP -> map(number, schema.items(), Trees.asMap((Map<?, ?>) value));
            default -> single(number, schema, value);
        }
    }

    private void map(int number, Schema items, Map<String, Object> map) {
        for (Map.Entry<String, Object> entry :
                new TreeMap<>(map).descendingMap().entrySet()) {
            int before = out.position();
            if (entry.getValue() != null) field(2, items, entry.getValue());
            out.text(1, entry.getKey());
            out.close(number, before);
        }
    }

    private void single(int number, Schema schema, Object value) {
        int before = out.position();
        if (value == null) { // an element of a list: the empty value
            out.close(number, before);
            return;
        }
        switch (schema.type()) {
            case OBJECT -> {
                fields(Message.of(schema), Trees.asMap((Map<?, ?>) value));
                out.close(number, before);
            }
            case STRING -> string(number, schema, (String) value);
            case INTEGER -> out.varintField(number, ((Number) value).longValue());
            case NUMBER -> {
                out.fixed64(Double.doubleToRawLongBits(((Number) value).doubleValue()));
                out.tag(number, WireType.FIXED64);
            }
            case BOOLEAN -> out.varintField(number, (Boolean) value ? 1 : 0);
            case QUANTITY -> {
                out.text(1, value.toString());
                out.close(number, before);
            }
            case INT_OR_STRING -> {
                out.text(3, value instanceof String text ? text : "");
                out.varintField(2, value instanceof Number n ? n.longValue() : 0);
                out.varintField(1, value instanceof String ? 1 : 0);
                out.close(number, before);
            }
            case ANY -> {
                any(schema, value);
                out.close(number, before);
            }
            case LIST, MAP -> throw new ProtobufException("lists of lists have no protobuf form");
        }
    }

    private void string(int number, Schema schema, String text) {
        switch (schema.format()) {
            case "byte" -> out.bytes(number, Base64.getDecoder().decode(text));
            case "date-time" -> {
                Instant time = OffsetDateTime.parse(text).toInstant();
                int before = out.position();
                out.varintField(2, time.getNano());
                out.varintField(1, time.getEpochSecond());
                out.close(number, before);
            }
            case null, default -> out.text(number, text);
        }
    }

    private void any(Schema schema, Object value) {
        String type = schema.typeName();
        String name = type == null ? "" : type.substring(type.lastIndexOf('.') + 1);
        if (!name.startsWith("JSONSchemaPropsOr")) {
            out.bytes(1, Json.write(value));
            return;
        }
        Schema props = Schemas.type(type.substring(0, type.lastIndexOf("Or")));
        boolean orBool = name.endsWith("OrBool");
        switch (value) {
            case Map<?, ?> map -> {
                single(orBool ? 2 : 1, props, map);
                if (orBool) out.varintField(1, 1);
            }
            case Boolean allows when orBool -> out.varintField(1, allows ? 1 : 0);
            case List<?> list
            when name.endsWith("OrArray") -> {
                for (int i = list.size() - 1; i >= 0; i--) single(2, props, list.get(i));
            }
            case List<?> list
            when !orBool -> {
                for (int i = list.size() - 1; i >= 0; i--) out.text(2, (String) list.get(i));
            }
            default -> throw new ProtobufException("a " + name + " cannot be " + Json.writeString(value));
        }
    }
}
