package io.k8j.scheduler.devices;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All published devices, by the nodes and the pools that they belong to. */
public final class Inventory {
    private final Map<String, PublishedSlice> slices = new HashMap<>(); // by name
    private final Map<String, Map<String, PublishedSlice>> onNode = new HashMap<>(); // by node, then by name
    private final Map<String, PublishedSlice> elsewhere = new LinkedHashMap<>(); // for several nodes
    private final Map<PoolId, List<PublishedSlice>> byPool = new HashMap<>();

    /** Takes in a new slice or a new version of one. */
    public void put(PublishedSlice published) {
        remove(published.name);
        slices.put(published.name, published);
        byPool.computeIfAbsent(published.pool, p -> new ArrayList<>()).add(published);
        if (published.node.isEmpty() || published.hasCounters()) {
            elsewhere.put(published.name, published);
        } else {
            onNode.computeIfAbsent(published.node, n -> new LinkedHashMap<>()).put(published.name, published);
        }
    }

    /** Forgets a slice; nothing if there is none. */
    public void remove(String name) {
        PublishedSlice gone = slices.remove(name);
        if (gone == null) {
            return;
        }
        elsewhere.remove(name);
        onNode.computeIfPresent(gone.node, (node, local) -> {
            local.remove(name);
            return local.isEmpty() ? null : local;
        });
        byPool.computeIfPresent(gone.pool, (pool, all) -> {
            all.remove(gone);
            return all.isEmpty() ? null : all;
        });
    }

    /** Slices that name the node. */
    Collection<PublishedSlice> local(String node) {
        Map<String, PublishedSlice> local = onNode.get(node);
        return local == null ? List.of() : local.values();
    }

    /** Slices that name no node. */
    Collection<PublishedSlice> shared() {
        return elsewhere.values();
    }

    List<PublishedSlice> of(PoolId pool) {
        return byPool.getOrDefault(pool, List.of());
    }
}
