package io.k8j.scheduler.plugins.devices;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.ObjectKey;
import io.k8j.scheduler.devices.ClaimTracker;

/** Says why no devices can be looked for, whatever the node. */
final class DeviceProblems {
    private DeviceProblems() {}

    /** Null if devices can be looked for. */
    static String of(ResourceClaim claim, ClaimTracker tracker) {
        if (tracker.isPending(claim)) {
            return "resource claim %s is in the process of being allocated".formatted(ObjectKey.of(claim));
        }
        for (DeviceRequest request : claim.getSpec().getDevices().getRequests()) {
            if (request.getExactly() != null) {
                String problem = classProblem(tracker, request.getExactly().getDeviceClassName(), request.getName());
                if (problem != null) {
                    return problem;
                }
            } else if (request.getFirstAvailable().isEmpty()) {
                return "resource claim %s, request %s: unknown request type"
                        .formatted(ObjectKey.of(claim), request.getName());
            }
            for (DeviceSubRequest sub : request.getFirstAvailable()) {
                String problem =
                        classProblem(tracker, sub.getDeviceClassName(), request.getName() + "/" + sub.getName());
                if (problem != null) {
                    return problem;
                }
            }
        }
        return null;
    }

    private static String classProblem(ClaimTracker tracker, String name, String request) {
        return tracker.deviceClass(name) != null
                ? null
                : "request %s: device class %s does not exist".formatted(request, name);
    }
}
