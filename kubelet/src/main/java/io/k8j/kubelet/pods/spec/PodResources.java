package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.Map;
import java.util.TreeMap;

/** The resources of a Pod as a whole, for its status. Pure. */
public final class PodResources {
    private enum Kind {
        REQUESTS,
        LIMITS;

        Map<String, Quantity> of(ResourceRequirements resources) {
            if (resources == null) return Map.of();
            Map<String, Quantity> amounts = this == REQUESTS ? resources.getRequests() : resources.getLimits();
            return amounts == null ? Map.of() : amounts;
        }
    }

    private PodResources() {}

    /** What a Pod is granted: all that it asks for. */
    public static Map<String, Quantity> allocated(Pod pod) {
        return sums(pod, Kind.REQUESTS);
    }

    /**
     * What a Pod has.
     *
     * @param running whether its cgroup tells; before and after that, all that it is granted counts
     */
    public static ResourceRequirements inEffect(Pod pod, boolean running) {
        Map<String, Quantity> requests = sums(pod, Kind.REQUESTS);
        Map<String, Quantity> limits = sums(pod, Kind.LIMITS);
        if (running) {
            Map<String, Quantity> asked = Kind.REQUESTS.of(pod.getSpec().getResources());
            Map<String, Quantity> bounded = Kind.LIMITS.of(pod.getSpec().getResources());
            requests.keySet().removeIf(resource -> !isBasic(resource) && !asked.containsKey(resource));
            limits.keySet()
                    .removeIf(resource ->
                            isBasic(resource) ? Requests.limit(pod, resource) == 0 : !bounded.containsKey(resource));
        }
        return new ResourceRequirementsBuilder()
                .withRequests(requests)
                .withLimits(limits)
                .build();
    }

    private static boolean isBasic(String resource) {
        return resource.equals("cpu") || resource.equals("memory");
    }

    /** Its containers together or its greediest init container; what the Pod says of itself as a whole is stronger. */
    private static Map<String, Quantity> sums(Pod pod, Kind kind) {
        Map<String, Quantity> all = new TreeMap<>();
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> greediest = new TreeMap<>();
        for (ContainerRef ref : ContainerRef.appOf(pod)) {
            add(all, kind.of(ref.container().getResources()));
        }
        for (ContainerRef ref : ContainerRef.initOf(pod)) {
            Map<String, Quantity> own = kind.of(ref.container().getResources());
            Map<String, Quantity> meanwhile = new TreeMap<>(sidecars);
            add(meanwhile, own);
            if (ref.kind() == ContainerRef.Kind.SIDECAR) sidecars = meanwhile;
            meanwhile.forEach((name, amount) -> greediest.merge(name, amount, PodResources::more));
        }
        add(all, sidecars);
        greediest.forEach((name, amount) -> all.merge(name, amount, PodResources::more));
        all.putAll(kind.of(pod.getSpec().getResources()));
        Map<String, Quantity> overhead = pod.getSpec().getOverhead();
        if (overhead != null) {
            overhead.forEach((name, amount) -> {
                if (kind == Kind.REQUESTS || all.containsKey(name)) all.merge(name, amount, PodResources::sum);
            });
        }
        return all;
    }

    private static void add(Map<String, Quantity> sums, Map<String, Quantity> own) {
        own.forEach((name, amount) -> sums.merge(name, amount, PodResources::sum));
    }

    private static Quantity sum(Quantity one, Quantity other) {
        return new Quantity(io.k8j.model.quantity.Quantity.of(one)
                .add(io.k8j.model.quantity.Quantity.of(other))
                .toString());
    }

    private static Quantity more(Quantity one, Quantity other) {
        return Quantity.getAmountInBytes(one).compareTo(Quantity.getAmountInBytes(other)) >= 0 ? one : other;
    }
}
