package io.k8j.scheduler.devices;

import io.k8j.model.quantity.Quantity;
import java.util.List;
import java.util.Map;

/**
 * A pool as one node sees it.
 *
 * @param fault why nothing can be had of it; null if nothing is wrong
 * @param incomplete whether slices are missing, so nothing can be had of it for now
 * @param slices with devices for the node, by name
 * @param others of the pool's slices, whose devices use the same counters
 * @param counterSets by name, then by counter
 */
record Pool(
        PoolId id,
        String fault,
        boolean incomplete,
        List<PublishedSlice> slices,
        List<PublishedSlice> others,
        Map<String, Map<String, Quantity>> counterSets) {
    boolean isUsable() {
        return fault == null && !incomplete;
    }

    boolean bindsLate() {
        return slices.stream().anyMatch(slice -> slice.bindsLate);
    }
}
