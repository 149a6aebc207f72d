package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.resource.v1.AllocatedDeviceStatus;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.time.Duration;
import java.time.Instant;

/** What drivers say of devices that must be prepared before their Pod may be bound. Pure functions. */
public final class BindingConditions {
    private BindingConditions() {}

    /** How far a claim's devices are. */
    public sealed interface State {
        /** The Pod may be bound. */
        record Ready() implements State {}

        /** Not yet. */
        record Waiting() implements State {}

        /** Not on this node; {@code message} is upstream's. */
        record Failed(String message) implements State {}
    }

    public static boolean concern(ResourceClaim claim) {
        AllocationResult allocation = ClaimTracker.allocation(claim);
        return allocation != null
                && allocation.getDevices().getResults().stream()
                        .anyMatch(result -> !result.getBindingConditions().isEmpty());
    }

    public static State of(ResourceClaim claim) {
        AllocationResult allocation = ClaimTracker.allocation(claim);
        if (allocation == null) {
            return new State.Waiting();
        }
        for (DeviceRequestAllocationResult result : allocation.getDevices().getResults()) {
            if (result.getBindingConditions().isEmpty()) {
                continue;
            }
            AllocatedDeviceStatus status = statusOf(claim, result);
            if (status == null) {
                return new State.Waiting();
            }
            for (String name : result.getBindingFailureConditions()) {
                Condition failure = condition(status, name);
                if (failure != null && "True".equals(failure.getStatus())) {
                    return new State.Failed("claim %s binding failed: reason=%s, message=\"%s\""
                            .formatted(claim.getMetadata().getName(), failure.getReason(), failure.getMessage()));
                }
            }
            for (String name : result.getBindingConditions()) {
                Condition condition = condition(status, name);
                if (condition == null || !"True".equals(condition.getStatus())) {
                    return new State.Waiting();
                }
            }
        }
        return new State.Ready();
    }

    private static AllocatedDeviceStatus statusOf(ResourceClaim claim, DeviceRequestAllocationResult result) {
        for (AllocatedDeviceStatus status : claim.getStatus().getDevices()) {
            if (status.getDevice().equals(result.getDevice())
                    && status.getDriver().equals(result.getDriver())
                    && status.getPool().equals(result.getPool())) {
                return status;
            }
        }
        return null;
    }

    private static Condition condition(AllocatedDeviceStatus status, String type) {
        return status.getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElse(null);
    }

    /** Whether the devices have had their time. */
    public static boolean isLate(ResourceClaim claim, Duration limit, Instant now) {
        AllocationResult allocation = ClaimTracker.allocation(claim);
        return concern(claim)
                && allocation.getAllocationTimestamp() != null
                && Instant.parse(allocation.getAllocationTimestamp())
                        .plus(limit)
                        .isBefore(now);
    }
}
