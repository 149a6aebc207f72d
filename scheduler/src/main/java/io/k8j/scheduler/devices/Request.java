package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequirements;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceSubRequest;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceToleration;
import io.fabric8.kubernetes.api.model.resource.v1.ExactDeviceRequest;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A request, or one of the alternatives of a request, within one search. */
final class Request {
    private final String parent; // empty for a request of its own
    private final String name;
    final String className;
    final boolean all;
    final String mode;
    final long count;
    final boolean admin;
    final List<DeviceSelector> selectors;
    final List<DeviceToleration> tolerations;
    final Map<String, Quantity> capacity;
    /** Null until it was looked up. */
    DeviceClass deviceClass;
    /** For {@link #all}: the devices, once they are known. */
    final List<Search.Candidate> devices = new ArrayList<>();
    /** What class and selectors said of devices. */
    final Map<PublishedDevice, Boolean> suitable = new IdentityHashMap<>();

    private Request(
            String parent,
            String name,
            String className,
            String mode,
            Long count,
            boolean admin,
            List<DeviceSelector> selectors,
            List<DeviceToleration> tolerations,
            CapacityRequirements capacity) {
        this.parent = parent;
        this.name = name;
        this.className = className == null ? "" : className;
        this.mode = mode == null ? "" : mode;
        this.all = "All".equals(mode);
        this.count = count == null ? 0 : count;
        this.admin = admin;
        this.selectors = selectors;
        this.tolerations = tolerations;
        this.capacity = capacity == null ? Map.of() : Amounts.of(capacity.getRequests(), amount -> amount);
    }

    /** The alternatives of a request in order of preference; one if it has none. Empty if the kind is not known. */
    static List<Request> of(DeviceRequest request) {
        ExactDeviceRequest exact = request.getExactly();
        if (exact != null) {
            return List.of(new Request(
                    "",
                    request.getName(),
                    exact.getDeviceClassName(),
                    exact.getAllocationMode(),
                    exact.getCount(),
                    Boolean.TRUE.equals(exact.getAdminAccess()),
                    exact.getSelectors(),
                    exact.getTolerations(),
                    exact.getCapacity()));
        }
        List<Request> alternatives = new ArrayList<>();
        for (DeviceSubRequest sub : request.getFirstAvailable()) {
            alternatives.add(new Request(
                    request.getName(),
                    sub.getName(),
                    sub.getDeviceClassName(),
                    sub.getAllocationMode(),
                    sub.getCount(),
                    false,
                    sub.getSelectors(),
                    sub.getTolerations(),
                    sub.getCapacity()));
        }
        return alternatives;
    }

    String name() {
        return name;
    }

    String baseName() {
        return parent.isEmpty() ? name : parent;
    }

    /** As results name it. */
    String fullName() {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    /** How many devices it is for. */
    int size() {
        return all ? devices.size() : (int) Math.min(count, Integer.MAX_VALUE);
    }

    /** Whether no taint keeps the device from it. */
    boolean tolerates(PublishedDevice device) {
        for (DeviceTaint taint : device.device.getTaints()) {
            boolean keeps = "NoExecute".equals(taint.getEffect()) || "NoSchedule".equals(taint.getEffect());
            if (keeps && tolerations.stream().noneMatch(toleration -> tolerates(toleration, taint))) {
                return false;
            }
        }
        return true;
    }

    private static boolean tolerates(DeviceToleration toleration, DeviceTaint taint) {
        return (isEmpty(toleration.getEffect()) || toleration.getEffect().equals(taint.getEffect()))
                && (isEmpty(toleration.getKey()) || toleration.getKey().equals(taint.getKey()))
                && switch (toleration.getOperator() == null ? "" : toleration.getOperator()) {
                    case "", "Equal" -> text(toleration.getValue()).equals(text(taint.getValue()));
                    case "Exists" -> true;
                    default -> false;
                };
    }

    private static boolean isEmpty(String text) {
        return text == null || text.isEmpty();
    }

    private static String text(String text) {
        return text == null ? "" : text;
    }
}
