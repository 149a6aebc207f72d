package io.k8j.scheduler.devices;

import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Picks the pools that a node can reach. */
final class Pools {
    private Pools() {}

    /** In upstream's order: by driver and name, those whose devices bind late at the end. */
    static List<Pool> of(Inventory inventory, String node, Map<String, String> labels) {
        Map<PoolId, List<PublishedSlice>> newest = new TreeMap<>();
        inventory.local(node).forEach(slice -> add(newest, slice));
        for (PublishedSlice slice : inventory.shared()) {
            if (slice.isFor(node, labels)) {
                add(newest, slice);
            }
        }
        List<Pool> pools = new ArrayList<>();
        List<Pool> late = new ArrayList<>();
        newest.forEach((id, slices) -> {
            Pool pool = pool(id, slices, inventory.of(id));
            if (pool != null) {
                (pool.bindsLate() ? late : pools).add(pool);
            }
        });
        pools.addAll(late);
        return pools;
    }

    private static void add(Map<PoolId, List<PublishedSlice>> newest, PublishedSlice slice) {
        List<PublishedSlice> known = newest.computeIfAbsent(slice.pool, p -> new ArrayList<>());
        if (!known.isEmpty() && known.getFirst().generation > slice.generation) {
            return;
        }
        if (!known.isEmpty() && known.getFirst().generation < slice.generation) {
            known.clear();
        }
        known.add(slice);
    }

    /** Null if the driver is replacing the pool by slices that are not for the node. */
    private static Pool pool(PoolId id, List<PublishedSlice> found, List<PublishedSlice> all) {
        long generation = found.getFirst().generation;
        long wanted = found.getFirst().slicesOfPool;
        List<PublishedSlice> rest = new ArrayList<>();
        if (found.size() != wanted) {
            for (PublishedSlice slice : all) {
                if (slice.generation > generation) {
                    return null;
                }
                if (slice.generation == generation && !found.contains(slice)) {
                    rest.add(slice);
                }
            }
            if (found.size() + rest.size() != wanted) {
                return new Pool(id, null, true, List.of(), List.of(), Map.of());
            }
        }
        return built(id, found, rest);
    }

    private static Pool built(PoolId id, List<PublishedSlice> found, List<PublishedSlice> rest) {
        List<PublishedSlice> slices = new ArrayList<>(found);
        slices.sort(Comparator.comparing(slice -> slice.name));
        Map<String, Map<String, Quantity>> counters = new LinkedHashMap<>();
        String fault = repeatedDevice(slices);
        for (PublishedSlice slice : slices) {
            for (String set : slice.counterSets.keySet()) {
                boolean repeated =
                        counters.put(set, slice.counterSets.get(set)) != null || set.equals(slice.repeatedCounterSet);
                if (repeated && fault == null) {
                    fault = "duplicate counter set name " + set;
                }
            }
        }
        List<PublishedSlice> everywhere = new ArrayList<>(slices);
        everywhere.addAll(rest);
        for (PublishedSlice slice : everywhere) {
            for (PublishedDevice device : slice.devices) {
                fault = fault != null ? fault : device.unknownCounter(counters);
            }
        }
        if (fault != null) {
            return new Pool(id, fault, false, List.of(), List.of(), Map.of());
        }
        slices.removeIf(PublishedSlice::hasCounters);
        return new Pool(id, null, false, slices, rest, counters);
    }

    private static String repeatedDevice(List<PublishedSlice> slices) {
        Set<String> names = new HashSet<>();
        for (PublishedSlice slice : slices) {
            for (PublishedDevice device : slice.devices) {
                if (!names.add(device.id.device())) {
                    return "duplicate device name " + device.id.device();
                }
            }
        }
        return null;
    }
}
