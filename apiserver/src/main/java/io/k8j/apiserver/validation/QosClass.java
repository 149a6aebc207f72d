package io.k8j.apiserver.validation;

import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells a Pod's quality of service from its requests and limits. */
public final class QosClass {
    private static final List<String> COUNTED = List.of("cpu", "memory");

    private QosClass() {}

    /** {@code Guaranteed}, {@code Burstable} or {@code BestEffort}. */
    public static String of(Place spec) {
        Map<String, Quantity> requests = new HashMap<>();
        Map<String, Quantity> limits = new HashMap<>();
        boolean guaranteed = true;
        Place whole = spec.field("resources");
        if (whole.present()) {
            guaranteed = add(whole, requests, limits);
        } else {
            for (String list : List.of("containers", "initContainers")) {
                for (Place c : spec.field(list).items()) {
                    guaranteed &= add(c.field("resources"), requests, limits);
                }
            }
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return "BestEffort";
        }
        boolean equal = requests.size() == limits.size()
                && requests.entrySet().stream().allMatch(e -> e.getValue().equals(limits.get(e.getKey())));
        return guaranteed && equal ? "Guaranteed" : "Burstable";
    }

    /** Adds one part's amounts; false if it lacks a limit for CPU or memory. */
    private static boolean add(Place resources, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        int limited = 0;
        for (String name : COUNTED) {
            Quantity request = ResourceValidation.quantity(resources.at("requests", name));
            if (request != null && request.signum() > 0) {
                requests.merge(name, request, Quantity::add);
            }
            Quantity limit = ResourceValidation.quantity(resources.at("limits", name));
            if (limit != null && limit.signum() > 0) {
                limited++;
                limits.merge(name, limit, Quantity::add);
            }
        }
        return limited == COUNTED.size();
    }
}
