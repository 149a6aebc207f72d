package io.k8j.server.controlplane;

import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.resource.GroupResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells controllers in this process which resources the API server beside them has. */
final class ServedCatalog implements ResourceCatalog {
    private record Kept(long version, List<Entry> entries) {}

    private final ResourceTable table;
    private volatile Kept kept = new Kept(-1, List.of());

    ServedCatalog(ResourceTable table) {
        this.table = table;
    }

    @Override
    public List<Entry> resources() {
        Kept current = kept;
        long version = table.version();
        if (current.version() != version) {
            current = new Kept(version, read());
            kept = current;
        }
        return current.entries();
    }

    /** The first version of each resource is the preferred one; objects stored only once are listed only once. */
    private List<Entry> read() {
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
