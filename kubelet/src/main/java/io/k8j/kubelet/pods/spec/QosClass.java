package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How much a Pod may rely on its resources, which places it in the cgroup tree. */
public enum QosClass {
    GUARANTEED("Guaranteed", ""),
    BURSTABLE("Burstable", "burstable"),
    BEST_EFFORT("BestEffort", "besteffort");

    private static final ResourceRequirements NOTHING = new ResourceRequirements();

    private final String text;
    private final String cgroup;

    QosClass(String text, String cgroup) {
        this.text = text;
        this.cgroup = cgroup;
    }

    /** The API's word. */
    public String text() {
        return text;
    }

    /** Name of the class's own cgroup below {@code kubepods}; empty if it has none. */
    public String cgroup() {
        return cgroup;
    }

    /** Decided by what the Pod asks for as a whole, or else by each of its containers. */
    public static QosClass of(Pod pod) {
        List<ResourceRequirements> all = pod.getSpec().getResources() != null
                ? List.of(pod.getSpec().getResources())
                : Stream.concat(
                                ContainerRef.orEmpty(pod.getSpec().getInitContainers()).stream(),
                                ContainerRef.orEmpty(pod.getSpec().getContainers()).stream())
                        .map(container -> container.getResources() == null ? NOTHING : container.getResources())
                        .toList();
        boolean any = false;
        boolean guaranteed = true;
        for (ResourceRequirements one : all) {
            for (String resource : List.of("cpu", "memory")) {
                long limit = milli(one.getLimits(), resource);
                long request = one.getRequests() != null && one.getRequests().containsKey(resource)
                        ? milli(one.getRequests(), resource)
                        : limit;
                any |= request > 0 || limit > 0;
                guaranteed &= limit > 0 && limit == request;
            }
        }
        if (!any) return BEST_EFFORT;
        return guaranteed ? GUARANTEED : BURSTABLE;
    }

    private static long milli(Map<String, Quantity> amounts, String resource) {
        return amounts == null ? 0 : Amounts.milli(amounts.get(resource));
    }
}
