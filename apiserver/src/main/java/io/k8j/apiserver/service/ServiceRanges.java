package io.k8j.apiserver.service;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ranges that Services may have addresses from: those of all ServiceCIDR objects that are ready and not about to
 * go, and the server's own as long as no object {@code kubernetes} speaks for it. Read from the watch cache, so a new
 * object counts as soon as it is stored. Safe for all threads.
 */
final class ServiceRanges {
    private static final String DEFAULT = "kubernetes";

    private record Known(long revision, List<AddressRange> ranges) {}

    private final AddressRange own;
    private final StoredResource objects;
    private volatile Known known = new Known(-1, List.of());

    ServiceRanges(AddressRange own, StoredResource objects) {
        this.own = own;
        this.objects = objects;
    }

    /** The ranges, the server's own first, the others in order of their objects' names. */
    List<AddressRange> ready() {
        ResourceCache.Snapshot snapshot = objects.cache().snapshot();
        Known last = known;
        if (last.revision() == snapshot.revision()) return last.ranges();
        List<AddressRange> ranges = read(snapshot);
        known = new Known(snapshot.revision(), ranges);
        return ranges;
    }

    boolean contains(String address) {
        return ready().stream().anyMatch(range -> range.contains(address));
    }

    private List<AddressRange> read(ResourceCache.Snapshot snapshot) {
        List<AddressRange> others = new ArrayList<>();
        List<AddressRange> first = new ArrayList<>();
        boolean[] found = new boolean[1];
        snapshot.objects().visit("", null, (CachedObject object) -> {
            boolean isDefault = object.key().equals(DEFAULT);
            found[0] |= isDefault;
            Map<String, Object> tree = Json.parseObject(object.object().json());
            if (isReady(tree)) (isDefault ? first : others).addAll(rangesOf(tree));
            return true;
        });
        if (!found[0]) first.add(own);
        first.addAll(others);
        return List.copyOf(first);
    }

    private static List<AddressRange> rangesOf(Map<String, Object> tree) {
        List<AddressRange> ranges = new ArrayList<>(1);
        for (Object cidr : Trees.list(tree, "spec", "cidrs")) {
            AddressRange range = cidr instanceof String text ? AddressRange.ofObject(text) : null;
            if (range != null) ranges.add(range);
        }
        return ranges;
    }

    /** An object without the condition counts as ready, in case no controller runs. */
    private static boolean isReady(Map<String, Object> tree) {
        if (Trees.get(tree, "metadata", "deletionTimestamp") != null) return false;
        for (Object condition : Trees.list(tree, "status", "conditions")) {
            if ("Ready".equals(Trees.string(condition, "type"))) {
                return "True".equals(Trees.string(condition, "status"));
            }
        }
        return true;
    }
}
