package io.k8j.kubelet.pods.spec;

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
public final class Allocations {
    /** What became of a Pod's present wish. */
    public sealed interface Verdict {
        /** It has what it wants. */
        record Granted() implements Verdict {}

        /**
         * Its wish has just been granted.
         *
         * @param before what it had, by container; under {@link #WHOLE} what it had as a whole
         */
        record Resized(Map<String, ResourceRequirements> before) implements Verdict {}

        /** It keeps what it has; {@code reason} is {@code Deferred} or {@code Infeasible}. */
        record Pending(String reason, String message) implements Verdict {}
    }

    /**
     * A Pod with the resources it is granted.
     *
     * @param pod the object with the granted resources in its spec
     */
    public record Allocation(Pod pod, Verdict verdict) {}

    /** Stands for the Pod as a whole among its containers; no container has an empty name. */
    public static final String WHOLE = "";

    private static final List<String> RESOURCES = List.of("cpu", "memory");

    private final Map<String, Quantity> allocatable;
    private final Map<String, Map<String, ResourceRequirements>> granted = new HashMap<>(); // by uid; guarded by this
    private final Map<String, Map<String, Long>> requests = new HashMap<>(); // sums by uid; guarded by this

    /** @param allocatable what the node has for Pods */
    public Allocations(Map<String, Quantity> allocatable) {
        this.allocatable = allocatable;
    }

    /** Grants a Pod what it wants, if that is possible now. */
    public synchronized Allocation allocate(Pod wanted) {
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
        return new Allocation(wanted, new Verdict.Resized(before));
    }

    /** A Pod with the resources it has, whatever it wants by now. */
    public synchronized Pod granted(Pod wanted) {
        Map<String, ResourceRequirements> has = granted.get(wanted.getMetadata().getUid());
        return has == null ? wanted : with(wanted, has);
    }

    /** The Pod is gone: others may have what it had. */
    public synchronized void release(String uid) {
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
            if (ref.kind() != ContainerRef.Kind.EPHEMERAL)
                all.put(ref.name(), amounts(ref.container().getResources()));
        }
        all.put(WHOLE, amounts(pod.getSpec().getResources()));
        return all;
    }

    /** What a Pod was granted before this node agent started, as its status tells; otherwise what it wants. */
    private static Map<String, ResourceRequirements> known(Pod pod) {
        Map<String, ResourceRequirements> all = of(pod);
        if (pod.getStatus() == null) return all;
        ResourceRequirements whole = pod.getStatus().getResources();
        if (whole != null && "Running".equals(pod.getStatus().getPhase())) {
            all.computeIfPresent(
                    WHOLE,
                    (name, wanted) -> asBefore(wanted, whole, pod.getSpec().getOverhead()));
        }
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

    /** Of what the whole Pod wants by now, the amounts that its status shows; without its overhead. */
    private static ResourceRequirements asBefore(
            ResourceRequirements wanted, ResourceRequirements shown, Map<String, Quantity> overhead) {
        return amounts(
                asBefore(wanted.getRequests(), shown.getRequests(), overhead),
                asBefore(wanted.getLimits(), shown.getLimits(), overhead));
    }

    private static Map<String, Quantity> asBefore(
            Map<String, Quantity> wanted, Map<String, Quantity> shown, Map<String, Quantity> overhead) {
        Map<String, Quantity> before = new HashMap<>(wanted);
        before.replaceAll((resource, amount) -> {
            if (shown == null || !shown.containsKey(resource)) return amount;
            return overhead == null || !overhead.containsKey(resource)
                    ? shown.get(resource)
                    : shown.get(resource).subtract(overhead.get(resource));
        });
        return before;
    }

    private static ResourceRequirements amounts(ResourceRequirements own) {
        return own == null ? amounts(null, null) : amounts(own.getRequests(), own.getLimits());
    }

    private static ResourceRequirements amounts(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        return new ResourceRequirementsBuilder()
                .withRequests(requests == null ? Map.of() : requests)
                .withLimits(limits == null ? Map.of() : limits)
                .build();
    }

    /** A Pod with these resources in place of its own; what is not named stays. */
    public static Pod with(Pod pod, Map<String, ResourceRequirements> resources) {
        if (resources.isEmpty()) return pod;
        ResourceRequirements whole = resources.getOrDefault(WHOLE, pod.getSpec().getResources());
        boolean none = whole != null
                && whole.getRequests().isEmpty()
                && whole.getLimits().isEmpty();
        return pod.toBuilder()
                .editSpec()
                .withResources(none ? null : whole)
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
