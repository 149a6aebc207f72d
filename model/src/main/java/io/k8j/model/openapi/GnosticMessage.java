package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One protobuf message being written, its fields in the order of the calls; what is null or false is left out. */
final class GnosticMessage {
    /** Methods of a path, in the order of their field numbers. */
    static final List<String> METHODS = List.of("get", "put", "post", "delete", "options", "head", "patch");

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A message of name and value pairs. */
    static GnosticMessage named(
            int number, Map<String, Object> map, Function<Map<String, Object>, GnosticMessage> write) {
        GnosticMessage out = new GnosticMessage();
        map.forEach((name, value) -> out.message(
                number, new GnosticMessage().text(1, name).message(2, write.apply(Trees.asMap((Map<?, ?>) value)))));
        return out;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    GnosticMessage text(int number, Object text) {
        return text == null ? this : bytes(number, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    GnosticMessage texts(int number, List<Object> texts) {
        for (Object text : texts) text(number, text);
        return this;
    }

    GnosticMessage flag(int number, Object flag) {
        return Boolean.TRUE.equals(flag) ? integer(number, 1L) : this;
    }

    /** A whole number that is not negative. */
    GnosticMessage integer(int number, Object value) {
        if (!(value instanceof Number count)) return this;
        key(number, VARINT);
        varint(count.longValue());
        return this;
    }

    GnosticMessage real(int number, Object value) {
        if (!(value instanceof Number real)) return this;
        key(number, EIGHT_BYTES);
        long bits = Double.doubleToLongBits(real.doubleValue());
        for (int i = 0; i < Long.BYTES; i++) out.write((int) (bits >>> (8 * i)) & 0xff);
        return this;
    }

    GnosticMessage message(int number, GnosticMessage inner) {
        return inner == null ? this : bytes(number, inner.toBytes());
    }

    private GnosticMessage bytes(int number, byte[] content) {
        key(number, BYTES);
        varint(content.length);
        out.writeBytes(content);
        return this;
    }

    private void key(int number, int wireType) {
        varint((long) number << 3 | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
