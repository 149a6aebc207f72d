package io.k8j.server.controlplane;

import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.resource.GroupResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Tells controllers in this process which resources the API server beside them has. */
final class ServedCatalog implements ResourceCatalog {
    private record Kept(ResourceTable table, long version, List<Entry> entries) {}

    private final Supplier<ResourceTable> tables;
    private volatile Kept kept = new Kept(null, -1, List.of());

    /** @param tables asked each time, because a restarted server has another one */
    ServedCatalog(Supplier<ResourceTable> tables) {
        this.tables = tables;
    }

    @Override
    public List<Entry> resources() {
        Kept current = kept;
        ResourceTable table = tables.get();
        if (table == null) {
            return current.entries(); // nothing can be asked of a server that is stopped
        }
        long version = table.version();
        if (current.table() != table || current.version() != version) {
            current = new Kept(table, version, read(table));
            kept = current;
        }
        return current.entries();
    }

    /** The first version of each resource is the preferred one; objects stored only once are listed only once. */
    private static List<Entry> read(ResourceTable table) {
        Set<GroupResource> seen = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (ServedResource served : table.all()) {
            if (seen.add(new GroupResource(served.gvr().group(), served.gvr().resource()))) {
                entries.add(new Entry(
                        served.gvr(),
                        served.gvk().kind(),
                        served.info().namespaced(),
                        Set.copyOf(served.info().verbs())));
            }
        }
        return List.copyOf(entries);
    }
}
