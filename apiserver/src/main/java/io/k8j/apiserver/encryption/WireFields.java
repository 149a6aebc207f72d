package io.k8j.apiserver.encryption;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The fields of a small protobuf message: bytes, strings, one map and enums, which is all that KMS v2 has. */
final class WireFields {
    private final Map<Integer, List<byte[]>> bytes = new HashMap<>();
    private final Map<Integer, Long> numbers = new HashMap<>();

    private WireFields() {}

    /** @throws IOException if it is no protobuf */
    static WireFields read(byte[] message) throws IOException {
        WireFields fields = new WireFields();
        CodedInputStream in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                    fields.bytes.computeIfAbsent(field, f -> new ArrayList<>()).add(in.readByteArray());
                case WireFormat.WIRETYPE_VARINT -> fields.numbers.put(field, in.readUInt64());
                default -> in.skipField(tag);
            }
        }
        return fields;
    }

    byte[] bytes(int field) {
        List<byte[]> all = bytes.get(field);
        return all == null ? new byte[0] : all.getLast();
    }

    String text(int field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    int number(int field) {
        return numbers.getOrDefault(field, 0L).intValue();
    }

    Map<String, byte[]> map(int field) throws IOException {
        Map<String, byte[]> map = new LinkedHashMap<>();
        for (byte[] entry : bytes.getOrDefault(field, List.of())) {
            WireFields pair = read(entry);
            map.put(pair.text(1), pair.bytes(2));
        }
        return map;
    }

    /** Writes fields in the order in which they are added; empty ones are left out, as proto3 does. */
    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

        Writer add(int field, byte[] value) {
            if (value.length == 0) return this;
            try {
                out.writeByteArray(field, value);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // memory streams do not fail
            }
            return this;
        }

        Writer add(int field, String value) {
            return add(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Writer add(int field, int number) {
            if (number == 0) return this;
            try {
                out.writeEnum(field, number);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        Writer add(int field, Map<String, byte[]> map) {
            new TreeMap<>(map)
                    .forEach((key, value) ->
                            add(field, new Writer().add(1, key).add(2, value).bytes()));
            return this;
        }

        byte[] bytes() {
            try {
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }
}
