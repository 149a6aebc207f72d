package io.k8j.apiserver.spi;

import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads stored objects from the watch caches without any access check: for the API server's own parts (admission,
 * authorization, strategies that allocate). Never blocks on I/O. Safe for all threads.
 */
public interface ObjectReader {
    /** @param namespace empty for cluster resources */
    Optional<ApiObject> get(GroupVersionResource resource, String namespace, String name);

    /** @param namespace empty for all namespaces */
    List<ApiObject> list(GroupVersionResource resource, String namespace);

    /**
     * The state of a resource, to be compared by identity: as long as nothing has changed, the same instance comes again.
     * What was acknowledged to anybody is in the state.
     */
    default Object state(GroupVersionResource resource) {
        return new Object(); // nothing is known, so it counts as changed
    }

    /**
     * Calls back after each change of the resource, in order, on the cache's thread; the object is the new state or,
     * when deleted, the last one.
     */
    void onChange(GroupVersionResource resource, Consumer<Change> listener);

    /** @param deleted whether {@code object} is gone */
    record Change(ApiObject object, boolean deleted) {}
}
