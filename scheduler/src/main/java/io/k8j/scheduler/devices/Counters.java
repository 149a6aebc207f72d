package io.k8j.scheduler.devices;

import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counters that devices of a pool share: what is left of them before, and during, a search. */
final class Counters {
    private final InUse inUse;
    private final Map<PoolId, Map<String, Map<String, Quantity>>> left = new HashMap<>();

    Counters(InUse inUse) {
        this.inUse = inUse;
    }

    /** What earlier allocations left, for the search to change. It is the same for all nodes. */
    Map<String, Map<String, Quantity>> leftOf(Pool pool) {
        Map<String, Map<String, Quantity>> known = left.computeIfAbsent(pool.id(), id -> {
            Map<String, Map<String, Quantity>> sets = PublishedDevice.copy(pool.counterSets());
            for (List<PublishedSlice> slices : List.of(pool.slices(), pool.others())) {
                for (PublishedSlice slice : slices) {
                    for (PublishedDevice device : slice.devices) {
                        if (inUse.isAny(device.id)) {
                            take(sets, device);
                        }
                    }
                }
            }
            return sets;
        });
        return PublishedDevice.copy(known);
    }

    /** Whether there is enough for the device. */
    static boolean suffice(Map<String, Map<String, Quantity>> sets, PublishedDevice device) {
        for (Map.Entry<String, Map<String, Quantity>> used : device.consumes.entrySet()) {
            Map<String, Quantity> set = sets.get(used.getKey());
            for (Map.Entry<String, Quantity> counter : used.getValue().entrySet()) {
                if (set.get(counter.getKey()).compareTo(counter.getValue()) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    static void take(Map<String, Map<String, Quantity>> sets, PublishedDevice device) {
        device.consumes.forEach((name, counters) -> Amounts.subtract(sets.get(name), counters));
    }

    static void giveBack(Map<String, Map<String, Quantity>> sets, PublishedDevice device) {
        device.consumes.forEach((name, counters) -> Amounts.add(sets.get(name), counters));
    }
}
