package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads and adds up lists of amounts. */
public final class PodAmounts {
    private PodAmounts() {}

    /** A list of amounts by name; what is no quantity was refused before. */
    public static Map<String, Quantity> of(Place list) {
        Map<String, Quantity> amounts = new TreeMap<>();
        list.map().forEach((name, value) -> amounts.put(name, Quantity.of(value)));
        return amounts;
    }

    /** What a Pod asks for by its spec, without overhead. @param list {@code requests} or {@code limits} */
    public static Map<String, Quantity> ofSpec(Place spec, String list) {
        return sum(spec, list, container -> of(container.at("resources", list)));
    }

    /**
     * What a Pod uses of a quota: its spec, or what its containers still hold while a smaller size is not there yet, and
     * the overhead.
     */
    public static Map<String, Quantity> charged(Place pod, String list) {
        Place spec = pod.field("spec");
        Map<String, Place> states = new HashMap<>();
        for (String kind : new String[] {"containerStatuses", "initContainerStatuses"}) {
            pod.at("status", kind).items().forEach(s -> states.put(s.text("name"), s));
        }
        boolean infeasible = pod.at("status", "conditions").items().stream()
                .anyMatch(c -> c.text("type").equals("PodResizePending")
                        && c.text("status").equals("True")
                        && c.text("reason").equals("Infeasible"));
        Map<String, Quantity> sum = sum(spec, list, container -> {
            Place state = states.get(container.text("name"));
            if (state == null) return of(container.at("resources", list));
            Map<String, Quantity> most = new TreeMap<>();
            if (!infeasible || state.field("resources").absent()) most.putAll(of(container.at("resources", list)));
            of(state.at("resources", list)).forEach((name, amount) -> most.merge(name, amount, PodAmounts::larger));
            if (list.equals("requests")) {
                of(state.field("allocatedResources"))
                        .forEach((name, amount) -> most.merge(name, amount, PodAmounts::larger));
            }
            return most;
        });
        of(spec.field("overhead")).forEach((name, amount) -> {
            if (list.equals("requests") || sum.containsKey(name)) sum.merge(name, amount, Quantity::add);
        });
        return sum;
    }

    private static Quantity larger(Quantity a, Quantity b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** What a Pod needs at its worst moment: its containers together, or its largest init container. */
    private static Map<String, Quantity> sum(Place spec, String list, Function<Place, Map<String, Quantity>> amounts) {
        Map<String, Quantity> sum = new TreeMap<>();
        for (Place c : spec.field("containers").items()) {
            amounts.apply(c).forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
        }
        Map<String, Quantity> sidecars = new HashMap<>();
        Map<String, Quantity> peak = new HashMap<>();
        for (Place c : spec.field("initContainers").items()) {
            Map<String, Quantity> own = amounts.apply(c);
            if (c.text("restartPolicy").equals("Always")) {
                own.forEach((name, amount) -> sidecars.merge(name, amount, Quantity::add));
                own.forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
                sidecars.forEach((name, amount) -> peak.merge(name, amount, PodAmounts::larger));
                continue;
            }
            Map<String, Quantity> moment = new HashMap<>(sidecars);
            own.forEach((name, amount) -> moment.merge(name, amount, Quantity::add));
            moment.forEach((name, amount) -> peak.merge(name, amount, PodAmounts::larger));
        }
        peak.forEach((name, amount) -> sum.merge(name, amount, PodAmounts::larger));
        of(spec.at("resources", list)).forEach((name, amount) -> {
            boolean whole = name.equals("cpu") || name.equals("memory") || name.startsWith("hugepages-");
            if (whole) sum.put(name, amount);
        });
        return sum;
    }
}
