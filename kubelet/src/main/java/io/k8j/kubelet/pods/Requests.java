package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a Pod asks of its node in all, as the scheduler counts it. Pure. */
final class Requests {
    private Requests() {}

    /** By resource: thousandths of CPUs, bytes or pieces; in the order of the names. */
    static Map<String, Long> of(Pod pod) {
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

    static long of(Pod pod, String resource) {
        return of(pod).getOrDefault(resource, 0L);
    }

    private static Map<String, Quantity> ofWholePod(Pod pod) {
        return pod.getSpec().getResources() == null
                        || pod.getSpec().getResources().getRequests() == null
                ? Map.of()
                : pod.getSpec().getResources().getRequests();
    }

    /** Its containers together, or its greediest init container. */
    private static long ofContainers(Pod pod, String resource) {
        long sidecars = 0;
        long greediest = 0;
        for (ContainerRef ref : ContainerRef.initOf(pod)) {
            long own = amount(resource, Amounts.request(ref.container(), resource));
            if (ref.kind() == ContainerRef.Kind.SIDECAR) sidecars += own;
            greediest = Math.max(greediest, ref.kind() == ContainerRef.Kind.SIDECAR ? sidecars : sidecars + own);
        }
        long apps = sidecars;
        for (ContainerRef ref : ContainerRef.appOf(pod)) {
            apps += amount(resource, Amounts.request(ref.container(), resource));
        }
        return Math.max(apps, greediest);
    }

    /** Thousandths of CPUs, or bytes or pieces. */
    static long amount(String resource, Quantity quantity) {
        return resource.equals("cpu") ? Amounts.milli(quantity) : Amounts.whole(quantity);
    }
}
