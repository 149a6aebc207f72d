package io.k8j.scheduler.devices;

import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Quantities by name. */
final class Amounts {
    private Amounts() {}

    /** The amounts of fabric8's objects; empty for null. */
    static <T> Map<String, Quantity> of(
            Map<String, T> objects, Function<T, io.fabric8.kubernetes.api.model.Quantity> value) {
        if (objects == null || objects.isEmpty()) {
            return Map.of();
        }
        Map<String, Quantity> amounts = new HashMap<>();
        objects.forEach((name, object) -> amounts.put(name, Quantity.of(value.apply(object))));
        return amounts;
    }

    static void add(Map<String, Quantity> to, Map<String, Quantity> more) {
        more.forEach((name, amount) -> to.merge(name, amount, Quantity::add));
    }

    static void subtract(Map<String, Quantity> from, Map<String, Quantity> less) {
        less.forEach((name, amount) -> from.computeIfPresent(name, (n, had) -> had.subtract(amount)));
    }

    static boolean isZero(Map<String, Quantity> amounts) {
        return amounts.values().stream().allMatch(amount -> amount.signum() == 0);
    }
}
