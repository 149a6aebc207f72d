package io.k8j.apiserver.cache;

import io.k8j.model.api.ApiObject;
import java.util.Map;

/**
 * One stored version of one object. Immutable and shared by everyone who reads or watches it.
 *
 * @param key {@code namespace/name}, or the name alone for cluster resources
 * @param object the object, resourceVersion included, in the storage version
 * @param revision the store's revision of this version
 * @param fields values for field selectors beside name and namespace
 */
public record CachedObject(String key, ApiObject object, long revision, Map<String, String> fields) {
    /** The part of the key before the slash; empty for cluster resources. */
    public String namespace() {
        int slash = key.indexOf('/');
        return slash < 0 ? "" : key.substring(0, slash);
    }

    /** The part of the key after the slash. */
    public String name() {
        return key.substring(key.indexOf('/') + 1);
    }

    /** The same state under another resourceVersion, as the last event about an object shows it. */
    CachedObject at(long newRevision) {
        byte[] json = ObjectBytes.withResourceVersion(object.json(), newRevision);
        return new CachedObject(key, ApiObject.ofJson(json), newRevision, fields);
    }
}
