package io.k8j.model.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects protobuf from its end to its beginning, so that a message's length is known when it is written. */
final class BackwardBuffer {
    private byte[] bytes = new byte[1024];
    private int start = bytes.length;

    /** How much has been written; the difference of two positions is the length of what lies between. */
    int position() {
        return bytes.length - start;
    }

    byte[] toBytes() {
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    void varint(long value) {
        int size = 1;
        for (long rest = value >>> 7; rest != 0; rest >>>= 7) size++;
        room(size);
        start -= size;
        long rest = value;
        for (int i = 0; i < size - 1; i++) {
            bytes[start + i] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[start + size - 1] = (byte) rest;
    }

    void fixed64(long value) {
        room(8);
        start -= 8;
        for (int i = 0; i < 8; i++) bytes[start + i] = (byte) (value >>> (8 * i));
    }

    void raw(byte[] content) {
        room(content.length);
        start -= content.length;
        System.arraycopy(content, 0, bytes, start, content.length);
    }

    void tag(int number, int wireType) {
        varint((long) number << 3 | wireType);
    }

    /** A length-delimited field with that content. */
    void bytes(int number, byte[] content) {
        raw(content);
        varint(content.length);
        tag(number, WireType.LENGTH);
    }

    void text(int number, String text) {
        bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Turns what was written since {@code before} into a length-delimited field. */
    void close(int number, int before) {
        varint(position() - before);
        tag(number, WireType.LENGTH);
    }

    void varintField(int number, long value) {
        varint(value);
        tag(number, WireType.VARINT);
    }

    private void room(int size) {
        if (start >= size) return;
        int used = position();
        byte[] larger = new byte[Math.max(bytes.length * 2, used + size)];
        System.arraycopy(bytes, start, larger, larger.length - used, used);
        bytes = larger;
        start = larger.length - used;
    }
}
