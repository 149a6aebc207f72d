package io.k8j.controllers.devicetaint;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.controllers.support.Nulls;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides how long devices are tolerated. Pure functions. */
final class DeviceTaints {
    private DeviceTaints() {}

    /**
     * When the users of an allocated device have to go; empty if they may stay.
     *
     * @param slices all of the device's pool; only the newest generation counts
     * @param now for taints that say no time
     */
    static Optional<Instant> evictionTime(
            DeviceRequestAllocationResult result, List<ResourceSlice> slices, Instant now) {
        long newest = slices.stream().mapToLong(DeviceTaints::generation).max().orElse(0);
        return slices.stream()
                .filter(slice -> generation(slice) == newest)
                .flatMap(slice -> Nulls.list(slice.getSpec().getDevices()).stream())
                .filter(device -> device.getName().equals(result.getDevice()))
                .flatMap(device -> times(device, Nulls.list(result.getTolerations()), now).stream())
                .min(Instant::compareTo);
    }

    private static long generation(ResourceSlice slice) {
        return Nulls.or(slice.getSpec().getPool().getGeneration(), 0L);
    }

    private static List<Instant> times(Device device, List<DeviceToleration> tolerations, Instant now) {
        return Nulls.list(device.getTaints()).stream()
                .filter(taint -> "NoExecute".equals(taint.getEffect()))
                .flatMap(taint -> time(taint, tolerations, now).stream())
                .toList();
    }

    private static Optional<Instant> time(DeviceTaint taint, List<DeviceToleration> tolerations, Instant now) {
        Instant since = taint.getTimeAdded() == null ? now : Instant.parse(taint.getTimeAdded());
        List<DeviceToleration> matching = tolerations.stream()
                .filter(toleration -> tolerates(toleration, taint))
                .toList();
        if (matching.isEmpty()) {
            return Optional.of(since);
        }
        return matching.stream()
                .filter(toleration -> toleration.getTolerationSeconds() != null)
                .map(toleration -> since.plusSeconds(Math.max(0, toleration.getTolerationSeconds())))
                .min(Instant::compareTo);
    }

    private static boolean tolerates(DeviceToleration toleration, DeviceTaint taint) {
        return (Nulls.isEmpty(toleration.getEffect()) || toleration.getEffect().equals(taint.getEffect()))
                && (Nulls.isEmpty(toleration.getKey()) || toleration.getKey().equals(taint.getKey()))
                && switch (Nulls.or(toleration.getOperator(), "Equal")) {
                    case "", "Equal" -> Nulls.or(toleration.getValue(), "").equals(Nulls.or(taint.getValue(), ""));
                    case "Exists" -> true;
                    default -> false;
                };
    }
}
