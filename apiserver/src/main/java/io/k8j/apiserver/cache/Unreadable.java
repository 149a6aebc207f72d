package io.k8j.apiserver.cache;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys of one resource that are stored but cannot be decrypted, with the reason; usually none. Any thread asks;
 * changes are made by one thread at a time, under the cache's lock.
 */
final class Unreadable {
    private final String prefix;
    private volatile Map<String, String> reasons = Map.of(); // replaced as a whole

    Unreadable(String prefix) {
        this.prefix = prefix;
    }

    boolean isEmpty() {
        return reasons.isEmpty();
    }

    boolean contains(String key) {
        return reasons.containsKey(key);
    }

    /** @throws ApiException 500 if this object is stored but cannot be decrypted */
    void check(String key) {
        String why = reasons.get(key);
        if (why != null) throw ApiException.internal(why);
    }

    /**
     * @param from first key
     * @param to the key behind the last one; null for no end
     * @throws ApiException 500 if an object in between cannot be decrypted
     */
    void check(String from, String to) {
        for (Map.Entry<String, String> entry : reasons.entrySet()) {
            String key = entry.getKey();
            if (key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0)) {
                throw ApiException.internal(
                        "unable to transform key %s: %s".formatted(GoQuote.quote(prefix + key), entry.getValue()));
            }
        }
    }

    /** The key cannot be read. */
    void add(String key, String why) {
        Map<String, String> changed = new TreeMap<>(reasons);
        changed.put(key, why);
        reasons = changed;
    }

    /** The key can be read, or is gone. */
    void remove(String key) {
        if (!contains(key)) return;
        Map<String, String> changed = new TreeMap<>(reasons);
        changed.remove(key);
        reasons = changed;
    }

    List<String> keys() {
        return List.copyOf(reasons.keySet());
    }
}
