package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Devices, and shares of devices, that claims have already. */
public final class InUse {
    private final Set<DeviceId> whole = new HashSet<>();
    private final Set<DeviceId> parts = new HashSet<>();
    private final Map<DeviceId, Map<String, Quantity>> capacity = new HashMap<>();

    /** Counts what was allocated to a claim; administrators' use of devices in use does not count. */
    public void add(AllocationResult allocation) {
        for (DeviceRequestAllocationResult result : allocation.getDevices().getResults()) {
            if (Boolean.TRUE.equals(result.getAdminAccess())) {
                continue;
            }
            DeviceId id = new DeviceId(result.getDriver(), result.getPool(), result.getDevice());
            if (result.getShareID() == null) {
                whole.add(id);
                continue;
            }
            parts.add(id);
            if (result.getConsumedCapacity() != null) {
                Amounts.add(
                        capacity.computeIfAbsent(id, d -> new HashMap<>()),
                        Amounts.of(result.getConsumedCapacity(), amount -> amount));
            }
        }
    }

    boolean isWhole(DeviceId device) {
        return whole.contains(device);
    }

    boolean isAny(DeviceId device) {
        return whole.contains(device) || parts.contains(device);
    }

    boolean hasCapacity(DeviceId device) {
        return capacity.containsKey(device);
    }

    /** Amounts by name; empty if none is used. */
    Map<String, Quantity> capacity(DeviceId device) {
        return capacity.getOrDefault(device, Map.of());
    }
}
