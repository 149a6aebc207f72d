package io.k8j.apiserver.validation;

import io.k8j.model.quantity.Quantity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares what a Pod asks for as a whole with what its containers ask for. */
final class PodLevelResources {
    private PodLevelResources() {}

    static void check(Findings f, Place spec, Place resources) {
        Place requests = resources.field("requests");
        aggregate(spec, "requests").forEach((name, sum) -> {
            Quantity whole = ResourceValidation.quantity(requests.key(name));
            if (whole != null && sum.compareTo(whole) > 0) {
                f.invalid(
                        requests.key(name),
                        whole.toString(),
                        "must be greater than or equal to aggregate container requests of " + sum);
            }
        });
        Place limits = resources.field("limits");
        aggregate(spec, "limits").forEach((name, sum) -> {
            Quantity whole = ResourceValidation.quantity(limits.key(name));
            if (ResourceValidation.isHugePages(name) && whole != null && sum.compareTo(whole) > 0) {
                f.invalid(
                        limits.key(name),
                        whole.toString(),
                        "must be greater than or equal to aggregate container limits of " + sum);
            }
        });
        containerLimits(f, spec, resources);
    }

    private static void containerLimits(Findings f, Place spec, Place resources) {
        List<Place> containers = spec.field("containers").items();
        for (int i = 0; i < containers.size(); i++) {
            Place limits = containers.get(i).at("resources", "limits");
            for (String name : Meta.sorted(limits).keySet()) {
                Quantity own = ResourceValidation.quantity(limits.field(name));
                Quantity whole =
                        ResourceValidation.quantity(resources.field("limits").field(name));
                if (own != null && whole != null && own.compareTo(whole) > 0) {
                    f.invalid(
                            new Place(null, resources.path() + ".containers[" + i + "][" + name + "].limits"),
                            own.toString(),
                            "must be less than or equal to pod limits of " + whole);
                }
            }
        }
    }

    /** What all containers need at the worst moment: sidecars run beside the others, init containers one by one. */
    private static Map<String, Quantity> aggregate(Place spec, String kind) {
        Map<String, Quantity> total = new TreeMap<>();
        for (Place c : spec.field("containers").items()) {
            add(total, amounts(c, kind));
        }
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> start = new TreeMap<>();
        for (Place c : spec.field("initContainers").items()) {
            Map<String, Quantity> own = amounts(c, kind);
            if (c.text("restartPolicy").equals("Always")) {
                add(total, own);
                add(sidecars, own);
                own = sidecars;
            } else {
                add(own, sidecars);
            }
            own.forEach((name, amount) -> start.merge(name, amount, PodLevelResources::larger));
        }
        start.forEach((name, amount) -> total.merge(name, amount, PodLevelResources::larger));
        return total;
    }

    private static Quantity larger(Quantity a, Quantity b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static void add(Map<String, Quantity> total, Map<String, Quantity> more) {
        more.forEach((name, amount) -> total.merge(name, amount, Quantity::add));
    }

    private static Map<String, Quantity> amounts(Place container, String kind) {
        Place list = container.at("resources", kind);
        Map<String, Quantity> amounts = new TreeMap<>();
        for (String name : list.map().keySet()) {
            Quantity amount = ResourceValidation.quantity(list.field(name));
            if (amount != null) {
                amounts.put(name, amount);
            }
        }
        return amounts;
    }
}
