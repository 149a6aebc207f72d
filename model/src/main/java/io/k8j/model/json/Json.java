package io.k8j.model.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads and writes JSON as plain trees: {@code LinkedHashMap<String, Object>} in the text's order,
 * {@code ArrayList<Object>}, {@code String}, {@code Long} (a {@code BigInteger} beyond 64 bits), {@code Double} (a
 * {@code BigDecimal} where a double would lose digits), {@code Boolean} and {@code null}.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Json {
    /** Levels of nesting that are accepted; deeper texts are refused so that no walk over a tree exhausts its stack. */
    public static final int MAX_DEPTH = 300;

    private static final int MAX_REPORTED_DUPLICATES = 100;
    private static final int EXACT_DOUBLE_TEXT = 16;
    private static final int USUAL_BYTES = 4096;
    private static final int FEW = 4; // entries of a map, such as the keys of a list's item
    private static final int FEW_BYTES = 128;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(1 << 20)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private Json() {}

    /**
     * Reads one JSON value; of duplicate keys the last one counts.
     *
     * @throws JsonException if the text is not exactly one JSON value in UTF-8, or too deeply nested
     */
    public static Object parse(byte[] text) {
        return parse(text, null);
    }

    /** Reads one JSON value from a string, see {@link #parse(byte[])}. */
    public static Object parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8), null);
    }

    /**
     * Reads one JSON value and reports each key that occurs more than once in its object.
     *
     * @param duplicates receives upstream's words for each such key, {@code duplicate field "spec.replicas"}, at most
     *     100 of them and none twice; null if nobody wants to know
     * @throws JsonException if the text is not exactly one JSON value in UTF-8, or too deeply nested
     */
    public static Object parse(byte[] text, Consumer<String> duplicates) {
        try {
            return read(text, duplicates);
        } catch (JacksonException e) {
            String words = SyntaxWords.explain(text, null);
            if (words != null) throw new JsonException(words, e);
            return parseRepaired(text, duplicates, e);
        }
    }

    /** Reads a text again whose only fault may be bytes that are not UTF-8; upstream replaces them silently. */
    private static Object parseRepaired(byte[] text, Consumer<String> duplicates, JacksonException fault) {
        byte[] repaired = new String(text, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
        try {
            return read(repaired, duplicates);
        } catch (JacksonException e) {
            throw new JsonException(fault.getOriginalMessage(), e);
        }
    }

    private static Object read(byte[] raw, Consumer<String> duplicates) {
        byte[] text = Surrogates.whole(raw);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) throw new JsonException("unexpected end of JSON input");
            Object tree = new Reader(parser, duplicates).value(first);
            if (parser.nextToken() != null) throw new JsonException(SyntaxWords.explain(text, "trailing data"));
            return tree;
        }
    }

    /** Reads one JSON object, see {@link #parse(byte[])}. */
    public static Map<String, Object> parseObject(byte[] text) {
        if (parse(text) instanceof Map<?, ?> map) return Trees.asMap(map);
        throw new JsonException("json: cannot unmarshal value into Go value of type map[string]interface {}");
    }

    /** Reads one JSON object from a string, see {@link #parse(byte[])}. */
    public static Map<String, Object> parseObject(String text) {
        return parseObject(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a stream to its end and then as one JSON value. Does not close the stream.
     *
     * @param limit bytes that are accepted
     * @throws JsonTooLargeException if the stream has more than {@code limit} bytes
     * @throws JsonException if the text is not exactly one JSON value
     * @throws IOException from the stream
     */
    public static Object parse(InputStream in, long limit) throws IOException {
        byte[] text = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
        if (text.length > limit) throw new JsonTooLargeException(limit);
        return parse(text, null);
    }

    /**
     * Writes a tree, keys in the order of its maps. Numbers take their shortest form: the double 1.0 becomes {@code 1}.
     *
     * @throws IllegalArgumentException if the tree has a value of another class or an infinite number
     */
    public static byte[] write(Object tree) {
        return write(tree, false);
    }

    /** Writes a tree, see {@link #write(Object)}, with the keys of all maps sorted as upstream's maps are. */
    public static byte[] writeSorted(Object tree) {
        return write(tree, true);
    }

    private static byte[] write(Object tree, boolean sorted) {
        JsonWriter writer = new JsonWriter(sorted);
        try {
            writer.value(tree);
            return writer.toBytes();
        } finally {
            writer.giveBack();
        }
    }

    /** Writes a tree as a string, see {@link #write(Object)}. */
    public static String writeString(Object tree) {
        boolean small = !(tree instanceof Map<?, ?> map) || map.size() <= FEW;
        JsonWriter writer = new JsonWriter(false, small ? FEW_BYTES : USUAL_BYTES);
        writer.value(tree);
        return writer.text();
    }

    /** Writes a tree to a stream, see {@link #write(Object)}; neither flushes nor closes it. */
    public static void write(Object tree, OutputStream out) throws IOException {
        JsonWriter writer = new JsonWriter(false, USUAL_BYTES);
        writer.value(tree);
        writer.writeTo(out);
    }

    /** A number's text to the value that trees hold for it. */
    static Object decimal(String text) {
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new JsonException("json: cannot unmarshal number " + text + " into Go value of type float64");
        }
        if (value == 0 || text.length() <= EXACT_DOUBLE_TEXT) return value;
        BigDecimal exact = new BigDecimal(text);
        if (exact.compareTo(new BigDecimal(Double.toString(value))) == 0) return value;
        return exact;
    }

    /** One reading of one text. */
    private static final class Reader {
        private final JsonParser parser;
        private final Consumer<String> duplicates;
        private final List<String> reported = new ArrayList<>(0);

        Reader(JsonParser parser, Consumer<String> duplicates) {
            this.parser = parser;
            this.duplicates = duplicates;
        }

        Object value(JsonToken token) {
            return switch (token) {
                case START_OBJECT -> object();
                case START_ARRAY -> array();
                case VALUE_STRING -> parser.getString();
                case VALUE_NUMBER_INT -> integer();
                case VALUE_NUMBER_FLOAT -> decimal(parser.getString());
                case VALUE_TRUE -> Boolean.TRUE;
                case VALUE_FALSE -> Boolean.FALSE;
                case VALUE_NULL -> null;
                default -> throw new JsonException("unexpected token " + token);
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> map = new LinkedHashMap<>();
            int size = 0;
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                map.put(name, value(parser.nextToken()));
                if (map.size() == size) reportDuplicate(name);
                else size++;
            }
            return map;
        }

        private List<Object> array() {
            List<Object> list = new ArrayList<>();
            for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) list.add(value(t));
            return list;
        }

        private Object integer() {
            return switch (parser.getNumberType()) {
                case INT, LONG -> parser.getLongValue();
                default -> new BigInteger(parser.getString());
            };
        }

        private void reportDuplicate(String name) {
            if (duplicates == null || reported.size() >= MAX_REPORTED_DUPLICATES) return;
            String words = "duplicate field \"" + ProblemOrder.path(parser.streamReadContext(), name) + "\"";
            if (reported.contains(words)) return;
            reported.add(words);
            duplicates.accept(words);
        }
    }
}
