package io.k8j.model.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

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
    private static final JsonMapper SHARED = MAPPER.rebuild()
            .addMixIn(ObjectMeta.class, WithoutManagedFields.class)
            .addModule(new SimpleModule().addDeserializer(String.class, new SharedStrings()))
            .build();

    private final byte[] json;
    private volatile Envelope envelope;
    private volatile Object typed;

    private ApiObject(byte[] json) {
        this.json = json;
    }

    /** Field sets are half of what many objects weigh, and no component looks at them in this form. */
    @JsonIgnoreProperties("managedFields")
    private abstract static class WithoutManagedFields {}

    /** Takes over the bytes of one JSON object; the caller must not change them afterwards. */
    public static ApiObject ofJson(byte[] json) {
        return new ApiObject(json);
    }

    /** Encodes a tree; it is not kept. */
    public static ApiObject ofTree(Map<String, Object> tree) {
        return new ApiObject(MAPPER.writeValueAsBytes(tree));
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
     * The object as a fabric8 model class, without its managed fields, which only bytes and tree have (an update that
     * leaves them out keeps them). The instance is shared: it must not be changed; copy it first.
     *
     * @throws IllegalArgumentException if the JSON does not fit the class
     */
    public <T> T as(Class<T> type) {
        Object known = typed;
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        try {
            T decoded = SHARED.readValue(json, type);
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

    /** Drops what was decoded, because hardly anybody will ask for this version again; it is decoded anew if so. */
    public void release() {
        typed = null;
    }

    public String kind() {
        return head().kind();
    }

    public String apiVersion() {
        return head().apiVersion();
    }

    /** Empty for cluster resources. */
    public String namespace() {
        return head().namespace();
    }

    public String name() {
        return head().name();
    }

    public String uid() {
        return head().uid();
    }

    public String resourceVersion() {
        return head().resourceVersion();
    }

    /** When its deletion began; null if it has not. */
    public Instant deletionTimestamp() {
        String text = head().deletionTimestamp();
        return text == null ? null : Instant.parse(text);
    }

    /** Labels, read-only; empty if none. */
    public Map<String, String> labels() {
        return head().labels();
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

    /** The few fields of the envelope; kept, because selectors and keys ask for them again and again. */
    private Envelope head() {
        Envelope known = envelope;
        if (known == null) {
            known = Envelope.read(json);
            envelope = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "%s %s/%s@%s".formatted(kind(), namespace(), name(), resourceVersion());
    }
}
