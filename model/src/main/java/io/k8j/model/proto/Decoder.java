package io.k8j.model.proto;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads messages into trees. Unknown numbers are skipped. Every length is checked against what is left of the input and
 * nesting is limited, so broken input costs no more than its own size.
 */
final class Decoder {
    private static final int MAX_DEPTH = 200;
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'");
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private final byte[] bytes;
    private int at;
    private int end;
    private int depth;

    Decoder(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    static Map<String, Object> message(Schema schema, byte[] bytes, int start, int end) {
        Map<String, Object> tree = new LinkedHashMap<>();
        new Decoder(bytes, start, end).fields(Message.of(schema), tree);
        return tree;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    boolean more() {
        return at < end;
    }

    /** Narrows the input to the length-delimited value that comes next; gives the end to go back to. */
    int open() {
        long length = varint();
        if (length < 0) throw new ProtobufException("proto: negative length found during unmarshaling");
        if (length > end - at) throw cutOff();
        if (++depth > MAX_DEPTH) throw new ProtobufException("message is nested more than " + MAX_DEPTH + " deep");
        int outer = end;
        end = at + (int) length;
        return outer;
    }

    void close(int outer) {
        at = end;
        end = outer;
        depth--;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) throw cutOff();
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) return value;
        }
        throw new ProtobufException("proto: integer overflow");
    }

    String text() {
        int outer = open();
        String text = new String(bytes, at, end - at, StandardCharsets.UTF_8);
        close(outer);
        return text;
    }

    byte[] content() {
        int outer = open();
        byte[] content = Arrays.copyOfRange(bytes, at, end);
        close(outer);
        return content;
    }

    void skip(int wireType) {
        switch (wireType) {
            case WireType.VARINT -> varint();
            case WireType.FIXED64 -> advance(8);
            case WireType.LENGTH -> close(open());
            case WireType.FIXED32 -> advance(4);
            case WireType.GROUP -> skipGroup();
            default -> throw new ProtobufException("proto: illegal wireType " + wireType);
        }
    }

    private void advance(int count) {
        if (count > end - at) throw cutOff();
        at += count;
    }

    /** Groups are older than messages; whoever does not know their number passes over all that is in them. */
    private void skipGroup() {
        if (++depth > MAX_DEPTH) throw new ProtobufException("message is nested more than " + MAX_DEPTH + " deep");
        while (true) {
            int wireType = (int) (varint() & 7);
            if (wireType == WireType.GROUP_END) break;
            skip(wireType);
        }
        depth--;
    }

    private static ProtobufException cutOff() {
        return new ProtobufException("unexpected EOF");
    }

    /** @param field its JSON name; Go calls it nearly so */
    private static void want(int wireType, int wanted, String field) {
        if (wireType == wanted) return;
        String name = field.equals("metadata")
                ? "ObjectMeta"
                : field.isEmpty() ? "" : Character.toUpperCase(field.charAt(0)) + field.substring(1);
        throw new ProtobufException("proto: wrong wireType = " + wireType + " for field " + name);
    }

    private void fields(Message message, Map<String, Object> tree) {
        while (more()) {
            long tag = varint();
            int number = (int) (tag >>> 3);
            int wireType = (int) (tag & 7);
            if (wireType == WireType.GROUP_END) {
                throw new ProtobufException("proto: " + message.name() + ": wiretype end group for non-group");
            }
            if (number <= 0) {
                throw new ProtobufException(
                        "proto: %s: illegal tag %d (wire type %d)".formatted(message.name(), number, wireType));
            }
            Message.Entry entry = message.entry(number);
            if (entry == null) skip(wireType);
            else if (entry.inline() != null) {
                want(wireType, WireType.LENGTH, "");
                int outer = open();
                fields(entry.inline(), tree);
                close(outer);
            } else {
                field(entry.name(), entry.schema(), wireType, tree);
            }
        }
    }

    private void field(String name, Schema schema, int wireType, Map<String, Object> tree) {
        switch (schema.type()) {
            case LIST -> {
                List<Object> list = list(name, tree);
                if (schema.typeName() != null) wrappedList(name, schema, wireType, list);
                else if (wireType == WireType.LENGTH && packable(schema.items())) {
                    int outer = open();
                    while (more()) list.add(scalar(schema.items()));
                    close(outer);
                } else {
                    Object item = single(name, schema.items(), wireType, null);
                    list.add(item);
                }
            }
            case MAP -> {
                want(wireType, WireType.LENGTH, name);
                Map<String, Object> map = child(name, tree);
                int outer = open();
                entry(schema.items(), map);
                close(outer);
            }
            default -> {
                Object value = single(name, schema, wireType, tree.get(name));
                if (value != null) tree.put(name, value);
            }
        }
    }

    private static List<Object> list(String name, Map<String, Object> tree) {
        if (tree.get(name) instanceof List<?> list) return Trees.asList(list);
        List<Object> made = new ArrayList<>();
        tree.put(name, made);
        return made;
    }

    private static Map<String, Object> child(String name, Map<String, Object> tree) {
        if (tree.get(name) instanceof Map<?, ?> map) return Trees.asMap(map);
        Map<String, Object> made = new LinkedHashMap<>();
        tree.put(name, made);
        return made;
    }

    private static boolean packable(Schema items) {
        return switch (items.type()) {
            case INTEGER, BOOLEAN, NUMBER -> true;
            default -> false;
        };
    }

    private void wrappedList(String name, Schema schema, int wireType, List<Object> list) {
        want(wireType, WireType.LENGTH, name);
        int outer = open();
        while (more()) {
            long tag = varint();
            if (tag >>> 3 == 1) list.add(single(name, schema.items(), (int) (tag & 7), null));
            else skip((int) (tag & 7));
        }
        close(outer);
    }

    private void entry(Schema items, Map<String, Object> map) {
        String key = "";
        Map<String, Object> value = new LinkedHashMap<>();
        while (more()) {
            long tag = varint();
            int wireType = (int) (tag & 7);
            if (tag >>> 3 == 1) {
                want(wireType, WireType.LENGTH, "mapkey");
                key = text();
            } else if (tag >>> 3 == 2) {
                field("", items, wireType, value);
            } else {
                skip(wireType);
            }
        }
        map.put(key, value.isEmpty() ? absent(items) : value.get(""));
    }

    private static Object absent(Schema schema) {
        return switch (schema.type()) {
            case STRING -> "";
            case OBJECT, MAP -> new LinkedHashMap<String, Object>();
            case LIST -> new ArrayList<>();
            case INTEGER, INT_OR_STRING -> 0L;
            case NUMBER -> 0.0;
            case BOOLEAN -> false;
            case QUANTITY -> "0";
            case ANY -> null;
        };
    }

    private Object scalar(Schema schema) {
        return switch (schema.type()) {
            case INTEGER -> integer(schema);
            case BOOLEAN -> varint() != 0;
            default -> fixedDouble();
        };
    }

    private Long integer(Schema schema) {
        long value = varint();
        return "int32".equals(schema.format()) ? (long) (int) value : value;
    }

    private Double fixedDouble() {
        advance(8);
        long bits = 0;
        for (int i = 1; i <= 8; i++) bits = (bits << 8) | (bytes[at - i] & 0xff);
        return Double.longBitsToDouble(bits);
    }

    /** One value; {@code earlier} is what the same field had before, into which a message is merged. */
    private Object single(String name, Schema schema, int wireType, Object earlier) {
        switch (schema.type()) {
            case INTEGER, BOOLEAN -> {
                want(wireType, WireType.VARINT, name);
                return scalar(schema);
            }
            case NUMBER -> {
                want(wireType, WireType.FIXED64, name);
                return fixedDouble();
            }
            default -> want(wireType, WireType.LENGTH, name);
        }
        if (schema.type() == Schema.Type.STRING && schema.format() == null) return text();
        if (schema.type() == Schema.Type.STRING && schema.format().equals("byte"))
            return Base64.getEncoder().encodeToString(content());
        int outer = open();
        Object value = switch (schema.type()) {
            case OBJECT -> {
                Map<String, Object> tree = earlier instanceof Map<?, ?> map ? Trees.asMap(map) : new LinkedHashMap<>();
                fields(Message.of(schema), tree);
                yield tree;
            }
            case STRING -> time(schema.typeName().endsWith("MicroTime"));
            case QUANTITY -> quantity();
            case INT_OR_STRING -> intOrString();
            default -> any(schema);
        };
        close(outer);
        return value;
    }

    private String time(boolean micro) {
        if (!more()) return null;
        long seconds = 0;
        long nanos = 0;
        while (more()) {
            long tag = varint();
            if (tag == (1 << 3 | WireType.VARINT)) seconds = varint();
            else if (tag == (2 << 3 | WireType.VARINT)) nanos = varint();
            else skip((int) (tag & 7));
        }
        try {
            Instant time = Instant.ofEpochSecond(seconds, nanos);
            return (micro ? MICROS : SECONDS).format(time.atOffset(ZoneOffset.UTC));
        } catch (DateTimeException | ArithmeticException e) {
            throw new ProtobufException("malformed protobuf: a time of " + seconds + " seconds", e);
        }
    }

    private String quantity() {
        String text = "0";
        while (more()) {
            long tag = varint();
            if (tag == (1 << 3 | WireType.LENGTH)) text = text();
            else skip((int) (tag & 7));
        }
        return text.isEmpty() ? "0" : text;
    }

    private Object intOrString() {
        long type = 0;
        long number = 0;
        String text = "";
        while (more()) {
            long tag = varint();
            if (tag == (1 << 3 | WireType.VARINT)) type = varint();
            else if (tag == (2 << 3 | WireType.VARINT)) number = (int) varint();
            else if (tag == (3 << 3 | WireType.LENGTH)) text = text();
            else skip((int) (tag & 7));
        }
        return type == 1 ? (Object) text : (Object) number;
    }

    private Object any(Schema schema) {
        String type = schema.typeName();
        if (type != null && type.contains(".JSONSchemaPropsOr")) return schemaOr(type);
        Object value = null;
        while (more()) {
            long tag = varint();
            if (tag == (1 << 3 | WireType.LENGTH)) value = embedded(content());
            else skip((int) (tag & 7));
        }
        return value;
    }

    private static Object embedded(byte[] content) {
        if (content.length == 0) return null;
        if (Envelope.isProtobuf(content)) return ProtobufCodec.decode(content);
        try {
            return Json.parse(content);
        } catch (JsonException e) {
            throw new ProtobufException("embedded JSON: " + e.getMessage(), e);
        }
    }

    private Object schemaOr(String type) {
        Schema props = Schemas.type(type.substring(0, type.lastIndexOf("Or")));
        boolean orBool = type.endsWith("OrBool");
        boolean allows = false;
        Object schema = null;
        List<Object> several = new ArrayList<>();
        while (more()) {
            long tag = varint();
            int number = (int) (tag >>> 3);
            int wireType = (int) (tag & 7);
            if (orBool && number == 1) {
                want(wireType, WireType.VARINT, "allows");
                allows = varint() != 0;
            } else if (number == (orBool ? 2 : 1)) schema = single("schema", props, wireType, schema);
            else if (number == 2 && type.endsWith("OrArray")) several.add(single("JSONSchemas", props, wireType, null));
            else if (number == 2 && wireType == WireType.LENGTH) several.add(text());
            else skip(wireType);
        }
        if (schema != null) return schema;
        return orBool ? (Object) allows : several;
    }
}
