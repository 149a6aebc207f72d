package io.k8j.controllers.quota;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.quantity.Quantity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What Pods use of quotas. */
final class PodUsage {
    private PodUsage() {}

    /** Whether all of the quota's scopes hold for the Pod. */
    static boolean isInScope(ResourceQuota quota, Pod pod) {
        List<ScopedResourceSelectorRequirement> requirements = new ArrayList<>();
        Nulls.list(quota.getSpec().getScopes())
                .forEach(scope -> requirements.add(new ScopedResourceSelectorRequirement("Exists", scope, null)));
        if (quota.getSpec().getScopeSelector() != null) {
            requirements.addAll(Nulls.list(quota.getSpec().getScopeSelector().getMatchExpressions()));
        }
        return requirements.stream().allMatch(requirement -> matches(requirement, pod));
    }

    private static boolean matches(ScopedResourceSelectorRequirement requirement, Pod pod) {
        return switch (requirement.getScopeName()) {
            case "Terminating" -> pod.getSpec().getActiveDeadlineSeconds() != null;
            case "NotTerminating" -> pod.getSpec().getActiveDeadlineSeconds() == null;
            case "BestEffort" -> isBestEffort(pod);
            case "NotBestEffort" -> !isBestEffort(pod);
            case "PriorityClass" ->
                matchesClass(requirement, Nulls.or(pod.getSpec().getPriorityClassName(), ""));
            case "CrossNamespacePodAffinity" -> crossesNamespaces(pod.getSpec().getAffinity());
            case null, default -> false;
        };
    }

    private static boolean matchesClass(ScopedResourceSelectorRequirement requirement, String name) {
        return switch (Nulls.or(requirement.getOperator(), "Exists")) {
            case "In" -> Nulls.list(requirement.getValues()).contains(name);
            case "NotIn" -> !Nulls.list(requirement.getValues()).contains(name);
            case "DoesNotExist" -> name.isEmpty();
            default -> !name.isEmpty();
        };
    }

    private static boolean crossesNamespaces(Affinity affinity) {
        if (affinity == null) {
            return false;
        }
        List<PodAffinityTerm> terms = new ArrayList<>();
        if (affinity.getPodAffinity() != null) {
            terms.addAll(Nulls.list(affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()));
            Nulls.list(affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution())
                    .forEach(weighted -> terms.add(weighted.getPodAffinityTerm()));
        }
        if (affinity.getPodAntiAffinity() != null) {
            terms.addAll(Nulls.list(affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()));
            Nulls.list(affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution())
                    .forEach(weighted -> terms.add(weighted.getPodAffinityTerm()));
        }
        return terms.stream()
                .anyMatch(term -> term != null
                        && (!Nulls.list(term.getNamespaces()).isEmpty() || term.getNamespaceSelector() != null));
    }

    private static boolean isBestEffort(Pod pod) {
        if (pod.getStatus() != null && !Nulls.isEmpty(pod.getStatus().getQosClass())) {
            return pod.getStatus().getQosClass().equals("BestEffort");
        }
        return pod.getSpec().getContainers().stream()
                .allMatch(c -> c.getResources() == null
                        || (Nulls.map(c.getResources().getRequests()).isEmpty()
                                && Nulls.map(c.getResources().getLimits()).isEmpty()));
    }

    /** Usage under all names that a quota may have. */
    static Map<String, Quantity> of(Pod pod, Instant now) {
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put("count/pods", Quantity.of(1));
        if (Pods.isFinished(pod) || isOverdue(pod, now)) {
            return usage; // the object is there, but nothing runs, or nobody can tell
        }
        usage.put("pods", Quantity.of(1));
        sum(
                        pod,
                        c -> c.getResources() == null
                                ? Map.of()
                                : Nulls.map(c.getResources().getRequests()),
                        true)
                .forEach((name, amount) -> {
                    usage.put("requests." + name, amount);
                    if (List.of("cpu", "memory", "ephemeral-storage").contains(name) || name.startsWith("hugepages-")) {
                        usage.put(name, amount);
                    }
                });
        sum(
                        pod,
                        c -> c.getResources() == null
                                ? Map.of()
                                : Nulls.map(c.getResources().getLimits()),
                        false)
                .forEach((name, amount) -> usage.put("limits." + name, amount));
        return usage;
    }

    /** Whether the Pod should be gone since its whole grace period: its node is lost, and others may take its place. */
    private static boolean isOverdue(Pod pod, Instant now) {
        return overdueAt(pod).filter(now::isAfter).isPresent();
    }

    /** When a Pod that is being deleted ceases to count. */
    static Optional<Instant> overdueAt(Pod pod) {
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        return !Nulls.isDeleting(pod) || grace == null
                ? Optional.empty()
                : Optional.of(
                        Times.parse(pod.getMetadata().getDeletionTimestamp()).plusSeconds(grace));
    }

    /** Containers and sidecars together, or the largest init container, whichever is more; and the overhead. */
    private static Map<String, Quantity> sum(
            Pod pod,
            Function<Container, Map<String, io.fabric8.kubernetes.api.model.Quantity>> amounts,
            boolean requests) {
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> peak = new TreeMap<>();
        for (Container init : Nulls.list(pod.getSpec().getInitContainers())) {
            boolean sidecar = "Always".equals(init.getRestartPolicy());
            amounts.apply(init).forEach((name, value) -> {
                Quantity amount = Quantity.of(value);
                Quantity before = sidecars.getOrDefault(name, Quantity.ZERO);
                peak.merge(name, before.add(amount), PodUsage::max);
                if (sidecar) {
                    sidecars.put(name, before.add(amount));
                }
            });
        }
        Map<String, Quantity> total = new TreeMap<>(sidecars);
        pod.getSpec()
                .getContainers()
                .forEach(c -> amounts.apply(c)
                        .forEach((name, value) -> total.merge(name, Quantity.of(value), Quantity::add)));
        peak.forEach((name, amount) -> total.merge(name, amount, PodUsage::max));
        ResourceRequirements whole = pod.getSpec().getResources();
        if (whole != null) {
            // What is given for the Pod as a whole counts in place of the sum.
            Nulls.map(requests ? whole.getRequests() : whole.getLimits())
                    .forEach((name, value) -> total.put(name, Quantity.of(value)));
        }
        Nulls.map(pod.getSpec().getOverhead()).forEach((name, value) -> {
            if (requests || total.containsKey(name)) {
                total.merge(name, Quantity.of(value), Quantity::add);
            }
        });
        return total;
    }

    private static Quantity max(Quantity one, Quantity other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
