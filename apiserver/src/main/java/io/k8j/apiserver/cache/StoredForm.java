package io.k8j.apiserver.cache;

import io.k8j.apiserver.encryption.ValueException;
import io.k8j.apiserver.encryption.ValueTransformer;
import io.k8j.model.api.ApiObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * How objects of one resource become the store's values and back: plain or encrypted. An object that this server has just
 * written is not decoded again when the store tells of it. For any thread.
 */
final class StoredForm {
    private final String prefix;
    private final Function<ApiObject, Map<String, String>> fields;
    private final Map<Long, Made> made = new ConcurrentHashMap<>();
    private volatile ValueTransformer transformer; // set before the first state is loaded

    /** An object on its way to the store, and the bytes that go there. */
    @SuppressWarnings("ArrayRecordComponent") // compared by identity
    private record Made(CachedObject object, byte[] stored) {}

    /**
     * @param prefix the store's keys of this resource
     * @param fields computes the values for field selectors
     */
    StoredForm(String prefix, Function<ApiObject, Map<String, String>> fields) {
        this.prefix = prefix;
        this.fields = fields;
    }

    void transformer(ValueTransformer values) {
        transformer = values;
    }

    boolean isTransformed() {
        return transformer.transforms();
    }

    boolean isStale(String key, byte[] stored) {
        return transformer.open(stored, context(key)).stale();
    }

    /** As {@link ResourceCache#made}. */
    byte[] seal(CachedObject object) {
        byte[] stored = transformer.seal(object.object().json(), context(object.key()));
        made.put(object.revision(), new Made(object, stored));
        return stored;
    }

    /** Takes back what {@link #seal} has noted, because the write failed. */
    void forget(long revision) {
        made.remove(revision);
    }

    /** @throws ValueException if it cannot be decrypted */
    CachedObject open(String key, byte[] value, long revision) {
        Made known = made.remove(revision);
        if (known != null && known.stored() == value) return known.object();
        byte[] plain = transformer.open(value, context(key)).plain();
        ApiObject object = ApiObject.ofJson(plain);
        return new CachedObject(key, object, revision, fields.apply(object));
    }

    private byte[] context(String key) {
        return (prefix + key).getBytes(StandardCharsets.UTF_8);
    }
}
