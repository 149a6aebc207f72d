package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts what a Pod needs: the sum of its containers and sidecars, or the most that its init containers need with the
 * sidecars before them; then what the Pod itself says, and its overhead.
 */
final class PodRequests {
    private static final long DEFAULT_MILLI_CPU = 100;
    private static final long DEFAULT_MEMORY = 200L * 1024 * 1024;

    private final ResourceNames names;
    private final Pod pod;
    private final Map<String, ContainerStatus> statuses; // null if none tells of resources
    private final boolean infeasible;

    PodRequests(ResourceNames names, Pod pod) {
        this.names = names;
        this.pod = pod;
        this.statuses = statusesWithResources(pod);
        this.infeasible = statuses != null && resizeIsInfeasible(pod);
    }

    private static Map<String, ContainerStatus> statusesWithResources(Pod pod) {
        if (pod.getStatus() == null || pod.getSpec().getNodeName() == null) {
            return null;
        }
        Map<String, ContainerStatus> found = new HashMap<>();
        for (List<ContainerStatus> list :
                List.of(pod.getStatus().getContainerStatuses(), pod.getStatus().getInitContainerStatuses())) {
            for (ContainerStatus status : list) {
                if (status.getResources() != null || !isEmpty(status.getAllocatedResources())) {
                    found.put(status.getName(), status);
                }
            }
        }
        return found.isEmpty() ? null : found;
    }

    private static boolean resizeIsInfeasible(Pod pod) {
        for (PodCondition condition : pod.getStatus().getConditions()) {
            if (condition.getType().equals("PodResizePending")) {
                return "Infeasible".equals(condition.getReason());
            }
        }
        return false;
    }

    /** @param defaults whether containers that name no CPU or memory count with a little, as scores do */
    Amounts count(boolean defaults) {
        Amounts total = new Amounts();
        for (Container container : pod.getSpec().getContainers()) {
            total.addAll(container(container, defaults));
        }
        Amounts sidecars = new Amounts();
        Amounts most = new Amounts();
        for (Container init : pod.getSpec().getInitContainers()) {
            Amounts one = container(init, defaults);
            if ("Always".equals(init.getRestartPolicy())) {
                total.addAll(one);
                sidecars.addAll(one);
                most.maxAll(sidecars);
            } else {
                one.addAll(sidecars);
                most.maxAll(one);
            }
        }
        total.maxAll(most);
        whole(total);
        if (!isEmpty(pod.getSpec().getOverhead())) {
            Amounts overhead = new Amounts();
            addTo(overhead, pod.getSpec().getOverhead(), false);
            total.addAll(overhead);
        }
        return total;
    }

    /** What the Pod says of itself as a whole is stronger; while it is resized, the most of what it has and wants. */
    private void whole(Amounts total) {
        ResourceRequirements own = pod.getSpec().getResources();
        if (own == null || isEmpty(own.getRequests())) {
            return;
        }
        ResourceRequirements has = statuses == null ? null : pod.getStatus().getResources();
        own.getRequests().forEach((name, quantity) -> {
            if (name.equals("cpu") || name.equals("memory") || name.startsWith("hugepages-")) {
                int id = names.id(name);
                long amount = infeasible && has != null ? 0 : names.amount(id, quantity);
                if (has != null) {
                    amount = Math.max(amount, amount(id, has.getRequests(), name));
                    amount = Math.max(amount, amount(id, pod.getStatus().getAllocatedResources(), name));
                }
                total.set(id, amount);
            }
        });
    }

    private long amount(int id, Map<String, Quantity> amounts, String name) {
        return isEmpty(amounts) || !amounts.containsKey(name) ? 0 : names.amount(id, amounts.get(name));
    }

    private Amounts container(Container container, boolean defaults) {
        Amounts amounts = new Amounts();
        ResourceRequirements wanted = container.getResources();
        ContainerStatus status = statuses == null ? null : statuses.get(container.getName());
        if (wanted != null && !(infeasible && status != null)) {
            addTo(amounts, wanted.getRequests(), false);
        }
        if (status != null) {
            if (status.getResources() != null) {
                addTo(amounts, status.getResources().getRequests(), true);
            }
            addTo(amounts, status.getAllocatedResources(), true);
        }
        if (defaults) {
            ResourceRequirements own = pod.getSpec().getResources();
            Map<String, Quantity> pods = own == null ? null : own.getRequests();
            if (!amounts.has(ResourceNames.CPU) && (pods == null || !pods.containsKey("cpu"))) {
                amounts.set(ResourceNames.CPU, DEFAULT_MILLI_CPU);
            }
            if (!amounts.has(ResourceNames.MEMORY) && (pods == null || !pods.containsKey("memory"))) {
                amounts.set(ResourceNames.MEMORY, DEFAULT_MEMORY);
            }
        }
        return amounts;
    }

    private void addTo(Amounts amounts, Map<String, Quantity> requests, boolean onlyIfMore) {
        if (isEmpty(requests)) {
            return;
        }
        for (Map.Entry<String, Quantity> request : requests.entrySet()) {
            if (ResourceNames.isCounted(request.getKey())) {
                int id = names.id(request.getKey());
                long amount = names.amount(id, request.getValue());
                amounts.set(id, onlyIfMore ? Math.max(amounts.get(id), amount) : amount);
            }
        }
    }

    private static boolean isEmpty(Map<?, ?> map) {
        return map == null || map.isEmpty();
    }
}
