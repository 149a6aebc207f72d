package io.k8j.model.api;

import io.k8j.model.typed.Models;
import io.k8j.model.typed.Slim;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * One version of one object, immutable: its JSON bytes, and what was decoded from them so far.
 *
 * <p>Everyone in the process who holds the same version holds the same instance. So it is encoded at most once
 * ({@link #json()}) and decoded at most once per class ({@link #as}), on first use. Safe for all threads.
 */
public final class ApiObject {
    private final byte[] json;
    private final boolean ordered;
    private volatile Envelope envelope;
    private volatile Object typed;
    private volatile ApiObject before; // what this version follows, until this one is decoded

    private ApiObject(byte[] json, boolean ordered) {
        this.json = json;
        this.ordered = ordered;
    }

    /** Takes over the bytes of one JSON object; the caller must not change them afterwards. */
    public static ApiObject ofJson(byte[] json) {
        return new ApiObject(json, false);
    }

    /**
     * The same of bytes that begin with kind, apiVersion and metadata, which ends with its managed fields: these need
     * not be read to find what identifies the object.
     */
    public static ApiObject ofOrderedJson(byte[] json) {
        return new ApiObject(json, true);
    }

    /**
     * The same of bytes that were just made of a tree; what identifies the object is taken from that, which is not kept.
     *
     * @param resourceVersion the one in the bytes
     */
    public static ApiObject ofOrderedJson(byte[] json, Map<String, Object> tree, String resourceVersion) {
        ApiObject object = new ApiObject(json, true);
        object.envelope = Envelope.of(tree, resourceVersion);
        return object;
    }

    /** Encodes a tree; it is not kept. */
    public static ApiObject ofTree(Map<String, Object> tree) {
        return new ApiObject(Models.write(tree), false);
    }

    /** The JSON bytes; they must not be changed. */
    public byte[] json() {
        return json;
    }

    /** A fresh tree, which the caller may change. */
    public Map<String, Object> tree() {
        return Models.tree(json);
    }

    /** A fresh tree without the managed fields, for those who do not look at them: it takes half the time. */
    public Map<String, Object> slimTree() {
        return Models.tree(Slim.of(json));
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
            T decoded = decode(type);
            synchronized (this) {
                before = null;
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

    private <T> T decode(Class<T> type) {
        ApiObject last = before;
        Object known = last == null ? null : last.typed;
        return type.isInstance(known)
                ? Models.readAfter(json, type, last.json, type.cast(known))
                : Models.read(json, type);
    }

    /**
     * Names the version that this one replaces, or an object that is much like this one. If somebody has decoded that
     * one, somebody will decode this one, too, and takes over what is the same.
     */
    public void follows(ApiObject last) {
        if (last.typed != null && typed == null) before = last;
    }

    /** Whether somebody has decoded it. */
    public boolean isDecoded() {
        return typed != null;
    }

    /** Drops what was decoded, because hardly anybody will ask for this version again; it is decoded anew if so. */
    public void release() {
        typed = null;
        before = null;
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

    /** Whether it is known to have neither owners nor finalizers and not to be in deletion. */
    boolean isFree() {
        return head().free();
    }

    /** Labels, read-only; empty if none. */
    public Map<String, String> labels() {
        return head().labels();
    }

    /** Encodes any tree as compact JSON text. */
    public static String writeJson(Object tree) {
        return new String(Models.write(tree), StandardCharsets.UTF_8);
    }

    /** Turns a model object into a fresh tree as it would look on the wire. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> treeOf(Object model) {
        return model instanceof Map<?, ?> tree ? (Map<String, Object>) tree : Models.treeOf(model);
    }

    /** The few fields of the envelope; kept, because selectors and keys ask for them again and again. */
    private Envelope head() {
        Envelope known = envelope;
        if (known == null) {
            known = Envelope.read(json, ordered);
            envelope = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "%s %s/%s@%s".formatted(kind(), namespace(), name(), resourceVersion());
    }
}
