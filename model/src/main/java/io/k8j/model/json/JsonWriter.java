package io.k8j.model.json;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes one tree into a growing buffer; used by one thread, once. */
final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final boolean sorted;
    private byte[] buffer;
    private int length;

    /** @param room bytes that are likely to be enough */
    JsonWriter(boolean sorted, int room) {
        this.sorted = sorted;
        this.buffer = new byte[room];
    }

    /** Writes into a spare buffer, which {@link #giveBack} ends. */
    JsonWriter(boolean sorted) {
        this.sorted = sorted;
        this.buffer = SpareBuffers.take();
    }

    /** The writer must not be used any more. */
    void giveBack() {
        SpareBuffers.give(buffer);
        buffer = null;
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    /** What was written, as a string. */
    String text() {
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(buffer, 0, length);
    }

    void value(Object value) {
        switch (value) {
            case null -> ascii("null");
            case String s -> string(s);
            case FrozenTree tree when !sorted -> copy(tree.json(), 0, tree.json().length);
            case Map<?, ?> m -> object(m);
            case List<?> l -> array(l);
            case Boolean b -> ascii(b ? "true" : "false");
            case Long n -> number(n);
            case Integer n -> number(n);
            case Double d -> ascii(Numbers.shortest(d));
            case Float f -> ascii(Numbers.shortest(Double.parseDouble(f.toString())));
            case BigInteger n -> ascii(n.toString());
            case BigDecimal n -> ascii(n.toString());
            case Short n -> number(n);
            case RawJson raw -> raw(raw);
            default ->
                throw new IllegalArgumentException(
                        "not a tree value: " + value.getClass().getName());
        }
    }

    private void raw(RawJson part) {
        if (sorted) {
            value(part.parse());
            return;
        }
        copy(part.source, part.from, part.to);
    }

    private void copy(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, buffer, length, to - from);
        length += to - from;
    }

    private void object(Map<?, ?> map) {
        put('{');
        boolean first = true;
        Iterable<? extends Map.Entry<?, ?>> entries = map.entrySet();
        if (sorted && map.size() > 1) {
            List<Map.Entry<?, ?>> list = new ArrayList<>(map.entrySet());
            list.sort((a, b) -> Trees.compareKeys((String) a.getKey(), (String) b.getKey()));
            entries = list;
        }
        for (Map.Entry<?, ?> entry : entries) {
            if (!first) put(',');
            first = false;
            string((String) entry.getKey());
            put(':');
            value(entry.getValue());
        }
        put('}');
    }

    private void array(List<?> list) {
        put('[');
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) put(',');
            value(list.get(i));
        }
        put(']');
    }

    private void number(long n) {
        if (n >= 0 && n < 10) put('0' + (int) n);
        else ascii(Long.toString(n));
    }

    private void put(int b) {
        if (length == buffer.length) buffer = Arrays.copyOf(buffer, length * 2);
        buffer[length++] = (byte) b;
    }

    private void reserve(int more) {
        if (buffer.length - length < more) {
            long wanted = Math.max((long) buffer.length * 2, (long) length + more);
            buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }

    private void ascii(String s) {
        int n = s.length();
        reserve(n);
        for (int i = 0; i < n; i++) buffer[length + i] = (byte) s.charAt(i);
        length += n;
    }

    private void string(String s) {
        int n = s.length();
        reserve(n + 2);
        buffer[length] = '"';
        byte[] out = buffer;
        int start = length + 1;
        for (int i = 0; i < n; i++) {
            char c = s.charAt(i);
            if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') {
                length = start + i;
                escaped(s, i);
                return;
            }
            out[start + i] = (byte) c;
        }
        out[start + n] = '"';
        length = start + n + 1;
    }

    private void escaped(String s, int from) {
        int n = s.length();
        for (int i = from; i < n; i++) {
            char c = s.charAt(i);
            reserve(6);
            if (c < 0x80) {
                switch (c) {
                    case '"' -> escape('"');
                    case '\\' -> escape('\\');
                    case '\n' -> escape('n');
                    case '\r' -> escape('r');
                    case '\t' -> escape('t');
                    case '\b' -> escape('b');
                    case '\f' -> escape('f');
                    default -> {
                        if (c < 0x20) unicode(c);
                        else buffer[length++] = (byte) c;
                    }
                }
            } else if (c < 0x800) {
                buffer[length++] = (byte) (0xc0 | c >> 6);
                buffer[length++] = (byte) (0x80 | c & 0x3f);
            } else if (Character.isHighSurrogate(c) && i + 1 < n && Character.isLowSurrogate(s.charAt(i + 1))) {
                int point = Character.toCodePoint(c, s.charAt(++i));
                buffer[length++] = (byte) (0xf0 | point >> 18);
                buffer[length++] = (byte) (0x80 | point >> 12 & 0x3f);
                buffer[length++] = (byte) (0x80 | point >> 6 & 0x3f);
                buffer[length++] = (byte) (0x80 | point & 0x3f);
            } else {
                char whole = Character.isSurrogate(c) ? '\ufffd' : c; // half a pair has no UTF-8 form
                if (whole == '\u2028' || whole == '\u2029') {
                    unicode(whole);
                    continue;
                }
                buffer[length++] = (byte) (0xe0 | whole >> 12);
                buffer[length++] = (byte) (0x80 | whole >> 6 & 0x3f);
                buffer[length++] = (byte) (0x80 | whole & 0x3f);
            }
        }
        put('"');
    }

    private void escape(char c) {
        buffer[length++] = '\\';
        buffer[length++] = (byte) c;
    }

    private void unicode(char c) {
        escape('u');
        for (int shift = 12; shift >= 0; shift -= 4) buffer[length++] = HEX[c >> shift & 0xf];
    }
}
