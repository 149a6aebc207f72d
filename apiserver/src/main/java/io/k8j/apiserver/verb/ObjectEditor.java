package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.json.Json;
import io.k8j.model.json.PartialJson;
import io.k8j.model.json.Trees;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Changes stored objects on behalf of the server itself: no admission, no strategy, only compare-and-set. */
public final class ObjectEditor {
    private final ObjectWriter writer;

    public ObjectEditor(ObjectWriter writer) {
        this.writer = writer;
    }

    /**
     * Changes an object, beginning anew as long as others are faster.
     *
     * @param change changes the fresh tree it is given, or refuses by throwing
     * @return the stored object; null if there is none of that key
     */
    public CachedObject edit(
            StoredResource resource, String key, boolean dryRun, Consumer<Map<String, Object>> change) {
        while (true) {
            CachedObject current = resource.cache().get(key);
            if (current == null) return null;
            Map<String, Object> old = Json.parseObject(current.object().json());
            Map<String, Object> tree = Trees.deepCopy(old);
            change.accept(tree);
            Map<String, Object> canonical = resource.canonical(tree);
            if (dryRun || Trees.deepEquals(canonical, old)) return current;
            if (writer.put(resource, key, canonical, current.revision())
                    instanceof ObjectWriter.Result.Written(CachedObject written)) {
                return written;
            }
        }
    }

    /**
     * The same for a change that looks at little of an object and always changes it: below the given fields, lists and
     * objects with content are {@link io.k8j.model.json.RawJson}.
     */
    public CachedObject editPart(
            StoredResource resource,
            String key,
            boolean dryRun,
            Set<String> shallow,
            Consumer<Map<String, Object>> change) {
        while (true) {
            CachedObject current = resource.cache().get(key);
            if (current == null) return null;
            Map<String, Object> tree = PartialJson.read(current.object().json(), shallow);
            change.accept(tree);
            if (dryRun) return current;
            if (writer.put(resource, key, resource.canonical(tree), current.revision())
                    instanceof ObjectWriter.Result.Written(CachedObject written)) {
                return written;
            }
        }
    }

    /** Stores a new object as it is; false if there is one of that key. */
    public boolean create(StoredResource resource, String key, Map<String, Object> tree) {
        return writer.put(resource, key, resource.canonical(tree), 0) instanceof ObjectWriter.Result.Written;
    }

    /** Removes an object whatever holds it; false if there is none. */
    public boolean remove(StoredResource resource, String key) {
        while (true) {
            CachedObject current = resource.cache().get(key);
            if (current == null) return false;
            if (writer.delete(resource, current) instanceof ObjectWriter.Result.Written) return true;
        }
    }
}
