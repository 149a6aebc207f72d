package io.k8j.controllers.quota;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.quantity.Quantity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What claims of devices use of quotas: of each class as many devices as they may get at most. */
final class DeviceUsage {
    private static final String SUFFIX = ".deviceclass.resource.k8s.io/devices";

    /** So many devices one claim can have. */
    private static final long ALL = 32;

    private DeviceUsage() {}

    /** Usage under the names that a quota may have. */
    static Map<String, Quantity> of(ResourceClaim claim) {
        Map<String, Quantity> used = new TreeMap<>();
        if (claim.getSpec() == null || claim.getSpec().getDevices() == null) return used;
        List<DeviceRequest> requests = Nulls.list(claim.getSpec().getDevices().getRequests());
        for (DeviceRequest request : requests) {
            Map<String, Long> most = new TreeMap<>(); // of alternatives, the greediest of each class
            if (request.getExactly() != null) {
                var exactly = request.getExactly();
                most.put(exactly.getDeviceClassName(), devices(exactly.getAllocationMode(), exactly.getCount()));
            }
            for (DeviceSubRequest choice : Nulls.list(request.getFirstAvailable())) {
                long devices = devices(choice.getAllocationMode(), choice.getCount());
                most.merge(choice.getDeviceClassName(), devices, Math::max);
            }
            most.forEach((name, devices) -> used.merge(name + SUFFIX, Quantity.of(devices), Quantity::add));
        }
        return used;
    }

    private static long devices(String mode, Long count) {
        return switch (Nulls.or(mode, "")) {
            case "All" -> ALL;
            case "ExactCount" -> count == null ? 1 : count;
            default -> 0; // of a newer server
        };
    }
}
