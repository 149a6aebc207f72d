package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Pods request of a resource, in thousandths. Pure. */
final class PodRequests {
    /** The resources that Pods may request as a whole. */
    private static final Set<String> OF_PODS = Set.of("cpu", "memory");

    private PodRequests() {}

    /**
     * By name of the Pod: its own request, if it has one, else the sum of its containers'.
     *
     * @param container only this container's counts; empty for all
     * @throws MetricException if one has no request
     */
    static Map<String, Long> of(Collection<Pod> pods, String container, String resource) {
        Map<String, Long> requests = new HashMap<>();
        for (Pod pod : pods) {
            boolean whole = container.isEmpty() && hasOwn(pod);
            requests.put(Nulls.name(pod), whole ? own(pod, resource) : ofContainers(pod, container, resource));
        }
        return requests;
    }

    private static boolean hasOwn(Pod pod) {
        ResourceRequirements own = pod.getSpec().getResources();
        return own != null && Nulls.map(own.getRequests()).keySet().stream().anyMatch(OF_PODS::contains);
    }

    /** Where the Pod as a whole has no request of the resource, those of its containers count. */
    private static long own(Pod pod, String resource) {
        var request = pod.getSpec().getResources().getRequests().get(resource);
        var overhead = Nulls.map(pod.getSpec().getOverhead()).get(resource);
        long more = overhead == null ? 0 : Quantity.of(overhead).milliValue();
        if (request != null && OF_PODS.contains(resource)) {
            return Quantity.of(request).milliValue() + more;
        }
        boolean found = false;
        long sum = 0;
        for (Container container : running(pod)) {
            Long each = request(container, resource);
            if (each == null) continue;
            found = true;
            sum += each;
        }
        if (!found) {
            throw new MetricException(
                    "missing pod-level request for %s in Pod %s".formatted(resource, Nulls.name(pod)));
        }
        return sum + more;
    }

    private static long ofContainers(Pod pod, String wanted, String resource) {
        long sum = 0;
        for (Container container : running(pod)) {
            if (!wanted.isEmpty() && !wanted.equals(container.getName())) continue;
            Long request = request(container, resource);
            if (request == null) {
                throw new MetricException("missing request for %s in container %s of Pod %s"
                        .formatted(resource, container.getName(), Nulls.name(pod)));
            }
            sum += request;
            if (!wanted.isEmpty()) return sum;
        }
        if (!wanted.isEmpty()) {
            throw new MetricException("container %s not found in Pod %s".formatted(wanted, Nulls.name(pod)));
        }
        return sum;
    }

    /** All that run side by side: init containers that are restarted always are among them. */
    private static List<Container> running(Pod pod) {
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        for (Container init : Nulls.list(pod.getSpec().getInitContainers())) {
            if ("Always".equals(init.getRestartPolicy())) all.add(init);
        }
        return all;
    }

    private static Long request(Container container, String resource) {
        if (container.getResources() == null) return null;
        var request = Nulls.map(container.getResources().getRequests()).get(resource);
        return request == null ? null : Quantity.of(request).milliValue();
    }
}
