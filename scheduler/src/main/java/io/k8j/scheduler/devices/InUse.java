package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.Map;

/** Devices, and shares of devices, that claims have already. */
public final class InUse {
    private final Map<DeviceId, Integer> whole = new HashMap<>(); // to the number of claims, which should be 1
    private final Map<DeviceId, Integer> parts = new HashMap<>();
    private final Map<DeviceId, Map<String, Quantity>> capacity = new HashMap<>();

    /** Counts what was allocated to a claim; administrators' use of devices in use does not count. */
    public void add(AllocationResult allocation) {
        for (DeviceRequestAllocationResult result : allocation.getDevices().getResults()) {
            if (counts(result)) {
                (isPart(result) ? parts : whole).merge(id(result), 1, Integer::sum);
                if (isPart(result) && result.getConsumedCapacity() != null) {
                    Amounts.add(capacity.computeIfAbsent(id(result), d -> new HashMap<>()), consumed(result));
                }
            }
        }
    }

    /** Takes back what {@link #add} counted. */
    public void remove(AllocationResult allocation) {
        for (DeviceRequestAllocationResult result : allocation.getDevices().getResults()) {
            if (!counts(result)) {
                continue;
            }
            (isPart(result) ? parts : whole)
                    .computeIfPresent(id(result), (d, claims) -> claims == 1 ? null : claims - 1);
            if (isPart(result) && result.getConsumedCapacity() != null) {
                capacity.computeIfPresent(id(result), (d, used) -> {
                    Amounts.subtract(used, consumed(result));
                    return Amounts.isZero(used) ? null : used;
                });
            }
        }
    }

    private static boolean counts(DeviceRequestAllocationResult result) {
        return !Boolean.TRUE.equals(result.getAdminAccess());
    }

    private static boolean isPart(DeviceRequestAllocationResult result) {
        return result.getShareID() != null;
    }

    private static DeviceId id(DeviceRequestAllocationResult result) {
        return new DeviceId(result.getDriver(), result.getPool(), result.getDevice());
    }

    private static Map<String, Quantity> consumed(DeviceRequestAllocationResult result) {
        return Amounts.of(result.getConsumedCapacity(), amount -> amount);
    }

    boolean isWhole(DeviceId device) {
        return whole.containsKey(device);
    }

    boolean isAny(DeviceId device) {
        return whole.containsKey(device) || parts.containsKey(device);
    }

    boolean hasCapacity(DeviceId device) {
        return capacity.containsKey(device);
    }

    /** Amounts by name; empty if none is used. */
    Map<String, Quantity> capacity(DeviceId device) {
        return capacity.getOrDefault(device, Map.of());
    }
}
