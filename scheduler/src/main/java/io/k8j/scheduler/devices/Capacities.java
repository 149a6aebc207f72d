package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.k8j.model.quantity.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/** How much of a device's capacity a request takes. */
final class Capacities {
    private Capacities() {}

    /** Whether a request for some amounts fits in what is left of the device. */
    static boolean fits(
            PublishedDevice device,
            Map<String, Quantity> wanted,
            Map<String, Quantity> used,
            Map<String, Quantity> planned) {
        for (String name : wanted.keySet()) {
            if (!device.capacity.containsKey(name)) {
                return false;
            }
        }
        for (Map.Entry<String, Quantity> entry : device.capacity.entrySet()) {
            String name = entry.getKey();
            DeviceCapacity capacity = device.device.getCapacity().get(name);
            Quantity taken = taken(wanted.get(name), capacity, entry.getValue());
            if (violates(taken, capacity.getRequestPolicy())) {
                return false;
            }
            Quantity sum =
                    taken.add(used.getOrDefault(name, Quantity.ZERO)).add(planned.getOrDefault(name, Quantity.ZERO));
            if (sum.compareTo(entry.getValue()) > 0) {
                return false;
            }
        }
        return true;
    }

    /** What a request takes of each capacity of the device. */
    static Map<String, Quantity> taken(PublishedDevice device, Map<String, Quantity> wanted) {
        Map<String, Quantity> taken = new HashMap<>();
        device.capacity.forEach((name, all) -> taken.put(
                name, taken(wanted.get(name), device.device.getCapacity().get(name), all)));
        return taken;
    }

    private static Quantity taken(Quantity wanted, DeviceCapacity capacity, Quantity all) {
        CapacityRequestPolicy policy = capacity.getRequestPolicy();
        if (wanted == null) {
            return policy != null && policy.getDefault() != null ? Quantity.of(policy.getDefault()) : all;
        }
        if (policy == null) {
            return wanted;
        }
        CapacityRequestPolicyRange range = policy.getValidRange();
        if (range != null && range.getMin() != null) {
            return roundedUp(wanted, range);
        }
        for (io.fabric8.kubernetes.api.model.Quantity valid : policy.getValidValues()) {
            if (wanted.compareTo(Quantity.of(valid)) <= 0) {
                return Quantity.of(valid);
            }
        }
        return wanted;
    }

    private static Quantity roundedUp(Quantity wanted, CapacityRequestPolicyRange range) {
        Quantity min = Quantity.of(range.getMin());
        if (wanted.compareTo(min) < 0) {
            return min;
        }
        if (range.getStep() == null) {
            return wanted;
        }
        long step = Quantity.of(range.getStep()).value();
        long above = wanted.value() - min.value();
        long steps = above / step + (above % step == 0 ? 0 : 1);
        return Quantity.of(BigDecimal.valueOf(min.value() + steps * step), Quantity.Format.BINARY_SI);
    }

    private static boolean violates(Quantity taken, CapacityRequestPolicy policy) {
        if (policy == null || policy.getDefault() != null && taken.compareTo(Quantity.of(policy.getDefault())) == 0) {
            return false;
        }
        CapacityRequestPolicyRange range = policy.getValidRange();
        if (range != null) {
            if (range.getMax() != null && taken.compareTo(Quantity.of(range.getMax())) > 0) {
                return true;
            }
            return range.getStep() != null
                    && range.getMin() != null
                    && (taken.value() - Quantity.of(range.getMin()).value())
                                    % Quantity.of(range.getStep()).value()
                            != 0;
        }
        return !policy.getValidValues().isEmpty()
                && policy.getValidValues().stream().noneMatch(valid -> taken.compareTo(Quantity.of(valid)) == 0);
    }
}
