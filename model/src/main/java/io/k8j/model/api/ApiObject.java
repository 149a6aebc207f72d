package io.k8j.model.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One version of one object, immutable: its JSON bytes, and what was decoded from them so far.
 *
 * <p>Everyone in the process who holds the same version holds the same instance. So it is encoded at most once
 * ({@link #json()}) and decoded at most once per class ({@link #as}), on first use. Safe for all threads.
 */
public final class ApiObject {
    // fabric8's models carry their own annotations; unknown fields must survive an older model.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private volatile byte[] json;
    private volatile Map<String, Object> meta;
    private volatile Object typed;

    private ApiObject(byte[] json, Map<String, Object> tree) {
        this.json = json;
        this.meta = tree;
    }

    /** Takes over the bytes of one JSON object; the caller must not change them afterwards. */
    public static ApiObject ofJson(byte[] json) {
        return new ApiObject(json, null);
    }

    /** Encodes a tree; it is not kept. */
    public static ApiObject ofTree(Map<String, Object> tree) {
        return new ApiObject(MAPPER.writeValueAsBytes(tree), null);
    }

    /** The JSON bytes; they must not be changed. */
    public byte[] json() {
        return json;
    }

    /** A fresh tree, which the caller may change. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> tree() {
        return MAPPER.readValue(json, LinkedHashMap.class);
    }

    /**
     * The object as a fabric8 model class. The instance is shared: it must not be changed; copy it first.
     *
     * @throws IllegalArgumentException if the JSON does not fit the class
     */
    public <T> T as(Class<T> type) {
        Object known = typed;
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        try {
            T decoded = MAPPER.readValue(json, type);
            synchronized (this) {
                if (type.isInstance(typed)) {
                    return type.cast(typed);
                }
                typed = decoded;
            }
            return decoded;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("decode %s: %s".formatted(type.getSimpleName(), e.getMessage()), e);
        }
    }

    public String kind() {
        return text(head().get("kind"));
    }

    public String apiVersion() {
        return text(head().get("apiVersion"));
    }

    /** Empty for cluster resources. */
    public String namespace() {
        return text(metadata().get("namespace"));
    }

    public String name() {
        return text(metadata().get("name"));
    }

    public String uid() {
        return text(metadata().get("uid"));
    }

    public String resourceVersion() {
        return text(metadata().get("resourceVersion"));
    }

    /** When its deletion began; null if it has not. */
    public Instant deletionTimestamp() {
        String text = text(metadata().get("deletionTimestamp"));
        return text.isEmpty() ? null : Instant.parse(text);
    }

    /** Labels, read-only; empty if none. */
    @SuppressWarnings("unchecked")
    public Map<String, String> labels() {
        return metadata().get("labels") instanceof Map<?, ?> labels ? (Map<String, String>) labels : Map.of();
    }

    /** Encodes any tree as compact JSON text. */
    public static String writeJson(Object tree) {
        return MAPPER.writeValueAsString(tree);
    }

    /** Turns a model object into a fresh tree as it would look on the wire. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> treeOf(Object model) {
        return model instanceof Map<?, ?> tree
                ? (Map<String, Object>) tree
                : MAPPER.convertValue(model, LinkedHashMap.class);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> metadata() {
        return head().get("metadata") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }

    /** The few fields of the envelope; kept, because selectors and keys ask for them again and again. */
    private Map<String, Object> head() {
        Map<String, Object> known = meta;
        if (known == null) {
            known = Envelope.read(json);
            meta = known;
        }
        return known;
    }

    private static String text(Object value) {
        return value instanceof String s ? s : "";
    }

    @Override
    public String toString() {
        return "%s %s/%s@%s".formatted(kind(), namespace(), name(), resourceVersion());
    }
}
