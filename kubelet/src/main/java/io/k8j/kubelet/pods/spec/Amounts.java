package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Quantities as whole numbers, rounded up as upstream does. */
public final class Amounts {
    private Amounts() {}

    /** Thousandths of a CPU; 0 if absent. */
    public static long milli(Quantity quantity) {
        return number(quantity)
                .movePointRight(3)
                .setScale(0, RoundingMode.CEILING)
                .longValue();
    }

    /** Bytes, or whatever the unit is; 0 if absent. */
    public static long whole(Quantity quantity) {
        return number(quantity).setScale(0, RoundingMode.CEILING).longValue();
    }

    private static BigDecimal number(Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(quantity);
    }

    /** What a container asks for; null if it does not say. */
    public static Quantity request(Container container, String resource) {
        return container.getResources() == null
                ? null
                : of(container.getResources().getRequests(), resource);
    }

    /** What a container may use at most; null if it does not say. */
    public static Quantity limit(Container container, String resource) {
        return container.getResources() == null
                ? null
                : of(container.getResources().getLimits(), resource);
    }

    /** What bounds a container: its own limit, or its Pod's as a whole where it has none; null if neither has one. */
    public static Quantity limit(Pod pod, Container container, String resource) {
        Quantity own = limit(container, resource);
        if (milli(own) > 0 || pod.getSpec().getResources() == null) return own;
        Quantity whole = of(pod.getSpec().getResources().getLimits(), resource);
        return whole == null ? own : whole;
    }

    private static Quantity of(Map<String, Quantity> amounts, String resource) {
        return amounts == null ? null : amounts.get(resource);
    }
}
