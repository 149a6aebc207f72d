package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the node has granted to each of its Pods: first what the spec says, and after a wish for other resources the new
 * amounts as soon as they fit beside what the others have. Thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/">Resize</a>
 */
final class Allocations {
    /** What became of a Pod's present wish. */
    sealed interface Verdict {
        /** It has what it wants. */
        record Granted() implements Verdict {}

        /** Its wish has just been granted. */
        record Resized() implements Verdict {}

        /** It keeps what it has; {@code reason} is {@code Deferred} or {@code Infeasible}. */
        record Pending(String reason, String message) implements Verdict {}
    }

    /**
     * A Pod with the resources it is granted.
     *
     * @param pod the object with the granted resources in its spec
     */
    record Allocation(Pod pod, Verdict verdict) {}

    private static final List<String> RESOURCES = List.of("cpu", "memory");

    private final Map<String, Quantity> allocatable;
    private final Map<String, Map<String, ResourceRequirements>> granted = new HashMap<>(); // by uid; guarded by this
    private final Map<String, Map<String, Long>> requests = new HashMap<>(); // sums by uid; guarded by this

    Allocations(Map<String, Quantity> allocatable) {
        this.allocatable = allocatable;
    }

    /** Grants a Pod what it wants, if that is possible now. */
    synchronized Allocation allocate(Pod wanted) {
        String uid = wanted.getMetadata().getUid();
        Map<String, ResourceRequirements> before = granted.computeIfAbsent(uid, id -> known(wanted));
        Map<String, ResourceRequirements> now = of(wanted);
        if (before.equals(now)) {
            requests.computeIfAbsent(uid, id -> sums(wanted));
            return new Allocation(wanted, new Verdict.Granted());
        }
        Optional<Verdict.Pending> refused = judge(uid, sums(wanted));
        if (refused.isPresent()) {
            Pod kept = with(wanted, before);
            requests.computeIfAbsent(uid, id -> sums(kept));
            return new Allocation(kept, refused.get());
        }
        granted.put(uid, now);
        requests.put(uid, sums(wanted));
        return new Allocation(wanted, new Verdict.Resized());
    }

    /** A Pod with the resources it has, whatever it wants by now. */
    synchronized Pod granted(Pod wanted) {
        Map<String, ResourceRequirements> has = granted.get(wanted.getMetadata().getUid());
        return has == null ? wanted : with(wanted, has);
    }

    /** The Pod is gone: others may have what it had. */
    synchronized void release(String uid) {
        granted.remove(uid);
        requests.remove(uid);
    }

    private Optional<Verdict.Pending> judge(String uid, Map<String, Long> wanted) {
        for (String resource : RESOURCES) {
            long capacity = Requests.amount(resource, allocatable.get(resource));
            if (wanted.get(resource) > capacity) {
                return Optional.of(new Verdict.Pending(
                        "Infeasible",
                        "Node didn't have enough capacity: %s, requested: %d, capacity: %d"
                                .formatted(resource, wanted.get(resource), capacity)));
            }
        }
        for (String resource : RESOURCES) {
            long capacity = Requests.amount(resource, allocatable.get(resource));
            long used = requests.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(uid))
                    .mapToLong(entry -> entry.getValue().get(resource))
                    .sum();
            if (wanted.get(resource) + used > capacity) {
                return Optional.of(new Verdict.Pending(
                        "Deferred",
                        "Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d"
                                .formatted(resource, wanted.get(resource), used, capacity)));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Long> sums(Pod pod) {
        Map<String, Long> sums = new HashMap<>();
        for (String resource : RESOURCES) sums.put(resource, Requests.of(pod, resource));
        return sums;
    }

    private static Map<String, ResourceRequirements> of(Pod pod) {
        Map<String, ResourceRequirements> all = new HashMap<>();
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (!resizable(ref)) continue;
            ResourceRequirements own = ref.container().getResources();
            all.put(ref.name(), amounts(own == null ? null : own.getRequests(), own == null ? null : own.getLimits()));
        }
        return all;
    }

    private static boolean resizable(ContainerRef ref) {
        return ref.kind() == ContainerRef.Kind.APP || ref.kind() == ContainerRef.Kind.SIDECAR;
    }

    /** What a Pod was granted before this node agent started, as its status tells; otherwise what it wants. */
    private static Map<String, ResourceRequirements> known(Pod pod) {
        Map<String, ResourceRequirements> all = of(pod);
        if (pod.getStatus() == null) return all;
        for (List<ContainerStatus> list : List.of(
                ContainerRef.orEmpty(pod.getStatus().getContainerStatuses()),
                ContainerRef.orEmpty(pod.getStatus().getInitContainerStatuses()))) {
            for (ContainerStatus status : list) {
                boolean ran = status.getContainerID() != null
                        && !status.getContainerID().isEmpty();
                if (!ran || status.getResources() == null || !all.containsKey(status.getName())) continue;
                Map<String, Quantity> requests = status.getAllocatedResources();
                Map<String, Quantity> limits = status.getResources().getLimits();
                all.put(status.getName(), amounts(requests, limits));
            }
        }
        return all;
    }

    private static ResourceRequirements amounts(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        return new ResourceRequirementsBuilder()
                .withRequests(requests == null ? Map.of() : requests)
                .withLimits(limits == null ? Map.of() : limits)
                .build();
    }

    private static Pod with(Pod pod, Map<String, ResourceRequirements> resources) {
        return pod.toBuilder()
                .editSpec()
                .withInitContainers(ContainerRef.orEmpty(pod.getSpec().getInitContainers()).stream()
                        .map(container -> with(container, resources.get(container.getName())))
                        .toList())
                .withContainers(pod.getSpec().getContainers().stream()
                        .map(container -> with(container, resources.get(container.getName())))
                        .toList())
                .endSpec()
                .build();
    }

    private static Container with(Container container, ResourceRequirements granted) {
        if (granted == null || Objects.equals(granted, container.getResources())) return container;
        ResourceRequirementsBuilder resources = container.getResources() == null
                ? new ResourceRequirementsBuilder()
                : container.getResources().toBuilder();
        return new ContainerBuilder(container)
                .withResources(resources
                        .withRequests(granted.getRequests())
                        .withLimits(granted.getLimits())
                        .build())
                .build();
    }
}
