package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What a Pod asks of its node in all, as the scheduler counts it, and what bounds it. Pure. */
public final class Requests {
    private Requests() {}

    /** By resource: thousandths of CPUs, bytes or pieces; in the order of the names. */
    public static Map<String, Long> of(Pod pod) {
        Set<String> names = new TreeSet<>();
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (ref.container().getResources() != null
                    && ref.container().getResources().getRequests() != null) {
                names.addAll(ref.container().getResources().getRequests().keySet());
            }
        }
        Map<String, Quantity> whole = ofWholePod(pod);
        names.addAll(whole.keySet());
        Map<String, Quantity> overhead = pod.getSpec().getOverhead();
        if (overhead != null) names.addAll(overhead.keySet());
        Map<String, Long> sums = new TreeMap<>();
        for (String name : names) {
            long own = whole.containsKey(name) ? amount(name, whole.get(name)) : ofContainers(pod, name);
            sums.put(name, own + (overhead == null ? 0 : amount(name, overhead.get(name))));
        }
        return sums;
    }

    /** The same of one resource; 0 if it does not ask for any. */
    public static long of(Pod pod, String resource) {
        return of(pod).getOrDefault(resource, 0L);
    }

    /** What a Pod's containers ask for together, whatever it asks for as a whole. */
    static long ofContainers(Pod pod, String resource) {
        return ofContainers(pod, resource, container -> Amounts.request(container, resource));
    }

    /** What a Pod may use at most, its overhead included; 0 if nothing bounds it. */
    public static long limit(Pod pod, String resource) {
        ResourceRequirements resources = pod.getSpec().getResources();
        Quantity whole = resources == null || resources.getLimits() == null
                ? null
                : resources.getLimits().get(resource);
        long own = whole != null ? amount(resource, whole) : 0;
        if (own == 0 && ContainerRef.allOf(pod).stream().anyMatch(ref -> isUnbounded(ref, resource))) return 0;
        if (own == 0) own = ofContainers(pod, resource, container -> Amounts.limit(container, resource));
        Map<String, Quantity> overhead = pod.getSpec().getOverhead();
        return own == 0 || overhead == null ? own : own + amount(resource, overhead.get(resource));
    }

    private static boolean isUnbounded(ContainerRef ref, String resource) {
        return ref.kind() != ContainerRef.Kind.EPHEMERAL
                && amount(resource, Amounts.limit(ref.container(), resource)) == 0;
    }

    private static Map<String, Quantity> ofWholePod(Pod pod) {
        return pod.getSpec().getResources() == null
                        || pod.getSpec().getResources().getRequests() == null
                ? Map.of()
                : pod.getSpec().getResources().getRequests();
    }

    /** Its containers together, or its greediest init container. */
    private static long ofContainers(Pod pod, String resource, Function<Container, Quantity> amounts) {
        long sidecars = 0;
        long greediest = 0;
        for (ContainerRef ref : ContainerRef.initOf(pod)) {
            long own = amount(resource, amounts.apply(ref.container()));
            if (ref.kind() == ContainerRef.Kind.SIDECAR) sidecars += own;
            greediest = Math.max(greediest, ref.kind() == ContainerRef.Kind.SIDECAR ? sidecars : sidecars + own);
        }
        long apps = sidecars;
        for (ContainerRef ref : ContainerRef.appOf(pod)) {
            apps += amount(resource, amounts.apply(ref.container()));
        }
        return Math.max(apps, greediest);
    }

    /** Thousandths of CPUs, or bytes or pieces. */
    public static long amount(String resource, Quantity quantity) {
        return resource.equals("cpu") ? Amounts.milli(quantity) : Amounts.whole(quantity);
    }
}
