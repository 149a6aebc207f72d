package io.k8j.model.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/**
 * Upstream's documentation of the built-in types. It is large and only OpenAPI wants it, so it is kept apart from the
 * schemas and read each time it is {@link #load() loaded}; drop it after use. Immutable.
 */
public final class Descriptions {
    private static final String RESOURCE = "/io/k8j/schema/descriptions.bin";
    private final Map<String, String> byPlace;

    private Descriptions(Map<String, String> byPlace) {
        this.byPlace = byPlace;
    }

    /** Reads all descriptions, about 1 MB. */
    public static Descriptions load() {
        try (InputStream in = Descriptions.class.getResourceAsStream(RESOURCE)) {
            if (in == null) throw new IllegalStateException("resource " + RESOURCE + " is not on the class path");
            return new Descriptions(read(new InflaterInputStream(in).readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + RESOURCE, e);
        }
    }

    /** Documentation of a type; empty if none. */
    public String of(String typeName) {
        return byPlace.getOrDefault(typeName, "");
    }

    /** Documentation of a type's field; empty if none. */
    public String of(String typeName, String field) {
        return byPlace.getOrDefault(typeName + "#" + field, "");
    }

    private static Map<String, String> read(byte[] bytes) {
        Map<String, String> texts = new HashMap<>();
        int[] at = {0};
        for (String typeName : Schemas.typeNames()) {
            put(texts, typeName, text(bytes, at));
            Map<String, Schema.Field> fields =
                    new LinkedHashMap<>(Schemas.type(typeName).fields());
            for (String field : fields.keySet()) put(texts, typeName + "#" + field, text(bytes, at));
        }
        return texts;
    }

    private static void put(Map<String, String> texts, String place, String text) {
        if (!text.isEmpty()) texts.put(place, text);
    }

    private static String text(byte[] bytes, int[] at) {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at[0]++];
            length |= (next & 0x7f) << shift;
            if (next >= 0) break;
        }
        at[0] += length;
        return new String(bytes, at[0] - length, length, StandardCharsets.UTF_8);
    }
}
