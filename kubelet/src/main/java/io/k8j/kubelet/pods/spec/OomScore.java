package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/** How willing the kernel is to kill a container when memory runs out; upstream's values. Pure. */
public final class OomScore {
    private static final int NEVER = -997;
    private static final int FIRST = 1000;
    private static final String NODE_CRITICAL = "system-node-critical";

    private OomScore() {}

    /**
     * The score's adjustment for a container's processes.
     *
     * @param memoryCapacity of the node, in bytes
     */
    public static int of(Pod pod, Container container, long memoryCapacity) {
        if (NODE_CRITICAL.equals(pod.getSpec().getPriorityClassName())) return NEVER;
        return switch (QosClass.of(pod)) {
            case GUARANTEED -> NEVER;
            case BEST_EFFORT -> FIRST;
            case BURSTABLE -> {
                long request = request(container);
                if (isSidecar(pod, container)) request = Math.max(request, leastOfApps(pod));
                long score = FIRST - FIRST * (request + restOfPod(pod)) / Math.max(1, memoryCapacity);
                yield Math.clamp(score, FIRST + NEVER, FIRST - 1);
            }
        };
    }

    /** A sidecar goes no earlier than those that it serves. */
    private static boolean isSidecar(Pod pod, Container container) {
        return ContainerRef.initOf(pod).stream()
                .anyMatch(ref ->
                        ref.kind() == ContainerRef.Kind.SIDECAR && ref.name().equals(container.getName()));
    }

    private static long leastOfApps(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .mapToLong(OomScore::request)
                .min()
                .orElse(0);
    }

    /** Each container's share of what the Pod as a whole asks for beyond its containers. */
    private static long restOfPod(Pod pod) {
        Map<String, Quantity> whole = pod.getSpec().getResources() == null
                ? null
                : pod.getSpec().getResources().getRequests();
        long asked = whole == null ? 0 : Amounts.whole(whole.get("memory"));
        if (asked == 0) return 0;
        long given = Requests.ofContainers(pod, "memory");
        int containers = pod.getSpec().getContainers().size()
                + ContainerRef.orEmpty(pod.getSpec().getInitContainers()).size();
        return (asked - given) / containers;
    }

    private static long request(Container container) {
        return Amounts.whole(Amounts.request(container, "memory"));
    }
}
