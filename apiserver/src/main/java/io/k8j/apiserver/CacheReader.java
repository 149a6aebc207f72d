package io.k8j.apiserver;

import io.k8j.apiserver.cache.CacheEvent;
import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.Selection;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the watch caches for the server's own parts. What is not served has no objects. */
final class CacheReader implements ObjectReader {
    private final ResourceTable table;

    CacheReader(ResourceTable table) {
        this.table = table;
    }

    @Override
    public Optional<ApiObject> get(GroupVersionResource resource, String namespace, String name) {
        ServedResource served = table.get(resource);
        if (served == null || served.storage() == null) return Optional.empty();
        CachedObject found = served.storage().get(namespace, name);
        return found == null ? Optional.empty() : Optional.of(served.fromStored(found.object()));
    }

    @Override
    public List<ApiObject> list(GroupVersionResource resource, String namespace) {
        ServedResource served = table.get(resource);
        if (served == null || served.storage() == null) return List.of();
        Selection in = Selection.all(namespace);
        List<ApiObject> list = new ArrayList<>();
        served.storage().cache().snapshot().objects().visit(in.from(), in.to(), object -> {
            list.add(object.object());
            return true;
        });
        return served.fromStored(list);
    }

    @Override
    public Object state(GroupVersionResource resource) {
        ServedResource served = table.get(resource);
        return served == null || served.storage() == null
                ? table
                : served.storage().cache().snapshot().objects();
    }

    @Override
    public void onChange(GroupVersionResource resource, Consumer<Change> listener) {
        ServedResource served = table.get(resource);
        if (served == null || served.storage() == null) return;
        served.storage()
                .cache()
                .onChange((CacheEvent event) -> listener.accept(
                        new Change(served.fromStored(event.object().object()), event.deleted())));
    }
}
