package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.stream.Stream;

/** How much a Pod may rely on its resources, which places it in the cgroup tree. */
enum QosClass {
    GUARANTEED("Guaranteed", ""),
    BURSTABLE("Burstable", "burstable"),
    BEST_EFFORT("BestEffort", "besteffort");

    private final String text;
    private final String cgroup;

    QosClass(String text, String cgroup) {
        this.text = text;
        this.cgroup = cgroup;
    }

    /** The API's word. */
    String text() {
        return text;
    }

    /** Name of the class's own cgroup below {@code kubepods}; empty if it has none. */
    String cgroup() {
        return cgroup;
    }

    static QosClass of(Pod pod) {
        List<Container> all = Stream.concat(
                        ContainerRef.orEmpty(pod.getSpec().getInitContainers()).stream(),
                        ContainerRef.orEmpty(pod.getSpec().getContainers()).stream())
                .toList();
        boolean any = false;
        boolean guaranteed = true;
        for (Container container : all) {
            for (String resource : List.of("cpu", "memory")) {
                Quantity limit = Amounts.limit(container, resource);
                Quantity request = Amounts.request(container, resource);
                if (request == null) request = limit;
                any |= Amounts.milli(request) > 0 || Amounts.milli(limit) > 0;
                guaranteed &= Amounts.milli(limit) > 0 && Amounts.milli(limit) == Amounts.milli(request);
            }
        }
        if (!any) return BEST_EFFORT;
        return guaranteed ? GUARANTEED : BURSTABLE;
    }
}
