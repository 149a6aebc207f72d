package io.k8j.schema;

import io.k8j.schema.TypeDef.FieldDef;
import io.k8j.schema.TypeDef.Ref;
import io.k8j.schema.TypeDef.Shape;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Writes the two binary resources. All numbers are unsigned LEB128 varints; all strings are UTF-8 behind their length.
 *
 * <p>{@code schema.bin}: the string table (count, then strings); number of types; for each type its name's string and
 * the length of its body; then all bodies. A body: shape, format string, flags (1 atomic), number of fields; per field
 * name string, type reference, flags (1 required, 2 atomic, 4 published default), presence, protobuf number, list type
 * string, key strings, strategy strings, merge key string, default string, type name string. String 0 is empty. A type reference: 0 and a
 * type's index, 1 and items (list), 2 and items (map), 3 + scalar.
 *
 * <p>{@code descriptions.bin}: one deflate stream of, per type in the same order, its description and one for each
 * field.
 */
final class SchemaWriter {
    private final Map<String, Integer> strings = new LinkedHashMap<>();
    private final Map<String, Integer> typeIndex = new LinkedHashMap<>();

    SchemaWriter(Collection<TypeDef> types) {
        strings.put("", 0);
        for (TypeDef type : types) {
            string(type.name);
            typeIndex.put(type.name, typeIndex.size());
        }
    }

    byte[] schema(Collection<TypeDef> types) {
        List<byte[]> bodies = new ArrayList<>();
        for (TypeDef type : types) bodies.add(body(type));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, strings.size());
        for (String text : strings.keySet()) text(out, text);
        varint(out, types.size());
        int i = 0;
        for (TypeDef type : types) {
            varint(out, string(type.name));
            varint(out, bodies.get(i++).length);
        }
        bodies.forEach(out::writeBytes);
        return out.toByteArray();
    }

    static byte[] descriptions(Collection<TypeDef> types) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (TypeDef type : types) {
            text(raw, type.description);
            for (FieldDef field : type.fields) text(raw, field.description);
        }
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(raw.toByteArray());
            deflater.finish();
            byte[] out = new byte[raw.size() + 64];
            int length = deflater.deflate(out);
            return Arrays.copyOf(out, length);
        } finally {
            deflater.end();
        }
    }

    private byte[] body(TypeDef type) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, type.shape.ordinal());
        varint(out, string(type.format));
        varint(out, type.atomic ? 1 : 0);
        varint(out, type.shape == Shape.OBJECT ? type.fields.size() : 0);
        if (type.shape != Shape.OBJECT) return out.toByteArray();
        for (FieldDef field : type.fields) {
            boolean published = !field.publishedDefault.isEmpty();
            varint(out, string(field.name));
            ref(out, field.type);
            varint(out, (field.required ? 1 : 0) | (field.atomic ? 2 : 0) | (published ? 4 : 0));
            varint(out, field.presence.ordinal());
            varint(out, field.number);
            varint(out, string(field.listType));
            strings(out, field.listMapKeys);
            strings(out, field.strategy);
            varint(out, string(field.mergeKey));
            varint(out, string(published ? field.publishedDefault : field.filledDefault));
            varint(out, string(field.named));
        }
        return out.toByteArray();
    }

    private void ref(ByteArrayOutputStream out, Ref ref) {
        switch (ref) {
            case Ref.Named(String type) -> {
                Integer index = typeIndex.get(type);
                if (index == null) throw new IllegalStateException("reference to unknown type " + type);
                varint(out, 0);
                varint(out, index);
            }
            case Ref.ListOf(Ref items) -> {
                varint(out, 1);
                ref(out, items);
            }
            case Ref.MapOf(Ref items) -> {
                varint(out, 2);
                ref(out, items);
            }
            case Ref.Scalar scalar -> varint(out, 3 + scalar.ordinal());
        }
    }

    private void strings(ByteArrayOutputStream out, List<String> texts) {
        varint(out, texts.size());
        for (String text : texts) varint(out, string(text));
    }

    private int string(String text) {
        Integer index = strings.putIfAbsent(text, strings.size());
        return index == null ? strings.size() - 1 : index;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        varint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
