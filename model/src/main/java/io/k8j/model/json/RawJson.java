package io.k8j.model.json;

/**
 * A part of a tree that is left as the bytes it was read from, because nobody looks into it: an object or a list with
 * content, as {@link PartialJson} finds them. {@link Json#write} copies it. Immutable; the bytes must not be changed.
 */
public final class RawJson {
    final byte[] source;
    final int from;
    final int to;

    RawJson(byte[] source, int from, int to) {
        this.source = source;
        this.from = from;
        this.to = to;
    }

    /** The part as a tree of its own. */
    public Object parse() {
        return Json.parse(java.util.Arrays.copyOfRange(source, from, to));
    }

    @Override
    public String toString() {
        return new String(source, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
    }
}
