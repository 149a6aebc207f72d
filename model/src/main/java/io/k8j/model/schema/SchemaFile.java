package io.k8j.model.schema;

import io.k8j.model.schema.Schema.Field;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Presence;
import io.k8j.model.schema.Schema.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Reads {@code schema.bin}, which the {@code schema} module writes at build time. Opening it only indexes the type
 * names; a type is decoded when it is asked for. Safe for use by several threads.
 */
final class SchemaFile {
    private static final String RESOURCE = "/io/k8j/schema/schema.bin";
    private static final Presence[] PRESENCES = Presence.values();

    private final byte[] bytes;
    private final int[] stringAt;
    private final String[] strings;
    private final String[] typeNames;
    private final int[] typeAt;
    private final Map<String, Integer> typeIndex;
    private final Schema[] types;

    private SchemaFile(byte[] bytes) {
        this.bytes = bytes;
        Reader in = new Reader(0);
        stringAt = new int[in.varint()];
        strings = new String[stringAt.length];
        for (int i = 0; i < stringAt.length; i++) {
            stringAt[i] = in.at;
            int length = in.varint();
            in.at += length;
        }
        int count = in.varint();
        typeNames = new String[count];
        typeAt = new int[count];
        types = new Schema[count];
        typeIndex = HashMap.newHashMap(count);
        int offset = 0;
        for (int i = 0; i < count; i++) {
            typeNames[i] = string(in.varint());
            typeIndex.put(typeNames[i], i);
            typeAt[i] = offset;
            offset += in.varint();
        }
        for (int i = 0; i < count; i++) typeAt[i] += in.at;
    }

    static SchemaFile open() {
        try (InputStream in = SchemaFile.class.getResourceAsStream(RESOURCE)) {
            if (in == null) throw new IllegalStateException("resource " + RESOURCE + " is not on the class path");
            return new SchemaFile(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("read " + RESOURCE, e);
        }
    }

    /** All type names in the file's order. */
    List<String> typeNames() {
        return Collections.unmodifiableList(Arrays.asList(typeNames));
    }

    /** The type of that name, or null. */
    Schema type(String name) {
        Integer index = typeIndex.get(name);
        return index == null ? null : type(index);
    }

    private Schema type(int index) {
        // Two threads may both decode a type; the copies are equal and either may stay.
        Schema found = types[index];
        if (found == null) types[index] = found = decode(index);
        return found;
    }

    private String string(int index) {
        String found = strings[index];
        if (found == null) {
            Reader in = new Reader(stringAt[index]);
            int length = in.varint();
            found = new String(bytes, in.at, length, StandardCharsets.UTF_8).intern();
            strings[index] = found;
        }
        return found;
    }

    private Schema decode(int index) {
        Reader in = new Reader(typeAt[index]);
        int shape = in.varint();
        String format = string(in.varint());
        boolean atomic = (in.varint() & 1) != 0;
        Schema.Builder type = Schema.builder(
                        switch (shape) {
                            case 0 -> Type.OBJECT;
                            case 1 -> Type.STRING;
                            case 2 -> Type.QUANTITY;
                            case 3 -> Type.INT_OR_STRING;
                            case 4 -> Type.ANY;
                            case 5 -> Type.LIST;
                            default -> throw new IllegalStateException("unknown shape " + shape + " in " + RESOURCE);
                        })
                .typeName(typeNames[index])
                .format(format.isEmpty() ? null : format)
                .atomic(atomic);
        if (shape == 4) type.preserveUnknownFields(true);
        if (shape == 5) type.items(() -> Scalars.schema(0, ""));
        int count = in.varint();
        for (int i = 0; i < count; i++) type.field(field(in));
        return type.build();
    }

    private Field field(Reader in) {
        String name = string(in.varint());
        int refAt = in.at;
        in.skipRef();
        int flags = in.varint();
        Presence presence = PRESENCES[in.varint()];
        int number = in.varint();
        String listType = string(in.varint());
        List<String> keys = in.strings();
        List<String> strategy = in.strings();
        String mergeKey = string(in.varint());
        String defaultText = string(in.varint());
        String errorName = string(in.varint());
        boolean atomic = (flags & 2) != 0;
        return new Field(
                name,
                lazy(refAt, listType, keys, atomic, errorName),
                (flags & 1) != 0,
                "",
                number,
                strategy,
                mergeKey.isEmpty() ? null : mergeKey,
                defaultText.isEmpty() ? null : DefaultText.parse(defaultText),
                (flags & 4) != 0,
                presence);
    }

    private Supplier<Schema> lazy(int refAt, String listType, List<String> keys, boolean atomic, String errorName) {
        return new Supplier<>() {
            private Schema resolved;

            @Override
            public Schema get() {
                // As in type(int): a race resolves twice to equal values.
                Schema found = resolved;
                if (found == null) resolved = found = new Reader(refAt).ref(listType, keys, atomic, errorName);
                return found;
            }
        };
    }

    private final class Reader {
        private int at;

        Reader(int at) {
            this.at = at;
        }

        int varint() {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) return value;
            }
        }

        List<String> strings() {
            int count = varint();
            if (count == 0) return List.of();
            List<String> result = new ArrayList<>(count);
            for (int i = 0; i < count; i++) result.add(string(varint()));
            return List.copyOf(result);
        }

        void skipRef() {
            int tag = varint();
            if (tag == 0) varint();
            else if (tag <= 2) skipRef();
        }

        Schema ref(String listType, List<String> keys, boolean atomic, String errorName) {
            int tag = varint();
            if (tag >= 3) return Scalars.schema(tag - 3, errorName);
            if (tag == 0) return named(varint(), atomic);
            int itemsAt = at;
            Schema.Builder type = Schema.builder(tag == 1 ? Type.LIST : Type.MAP)
                    .items(lazy(itemsAt, "", List.of(), false, errorName))
                    .atomic(atomic);
            if (listType.equals("map")) type.listType(ListType.MAP, keys);
            if (listType.equals("set")) type.listType(ListType.SET, List.of());
            return type.build();
        }

        private Schema named(int index, boolean atomic) {
            Schema type = type(index);
            if (!atomic || type.atomic()) return type;
            Schema.Builder copy =
                    Schema.builder(type.type()).typeName(type.typeName()).format(type.format());
            type.fields().values().forEach(copy::field);
            return copy.atomic(true).build();
        }
    }

    /** The shared schemas of scalars, in the order of the file's numbers. */
    private static final class Scalars {
        private static final List<Schema> ALL = List.of(
                Schema.builder(Type.STRING).build(),
                Schema.builder(Type.STRING).format("byte").build(),
                Schema.builder(Type.INTEGER).format("int32").build(),
                Schema.builder(Type.INTEGER).format("int64").build(),
                Schema.builder(Type.NUMBER).format("double").build(),
                Schema.builder(Type.BOOLEAN).build());

        private static final Map<String, Schema> NAMED = new ConcurrentHashMap<>();

        static Schema schema(int number, String errorName) {
            Schema plain = ALL.get(number);
            if (errorName.isEmpty()) return plain;
            return NAMED.computeIfAbsent(
                    number + errorName,
                    key -> Schema.builder(plain.type())
                            .format(plain.format())
                            .errorName(errorName)
                            .build());
        }
    }
}
