package io.k8j.kubelet.pods.admission;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.admission.Misfit.Shortage;
import io.k8j.kubelet.pods.spec.QosClass;
import io.k8j.kubelet.pods.spec.Requests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses which Pods must go so that one that keeps the cluster going can come: few, of little weight, and those that may
 * rely on their resources last. Pure.
 */
final class Preemption {
    /** Pods at or above this priority keep the cluster going. */
    private static final int SYSTEM_CRITICAL = 2_000_000_000;

    /** Whose shortages others have to make up for. */
    private final Pod wanted;

    private final List<Pod> others;

    Preemption(Pod wanted, List<Pod> others) {
        this.wanted = wanted;
        this.others = others;
    }

    /** Whether a Pod keeps the cluster or the node going. */
    static boolean isCritical(Pod pod) {
        return StaticPod.isStatic(pod) || StaticPod.isMirror(pod) || priority(pod) >= SYSTEM_CRITICAL;
    }

    private static int priority(Pod pod) {
        return pod.getSpec().getPriority() == null ? 0 : pod.getSpec().getPriority();
    }

    private boolean mayGo(Pod pod) {
        if (!isCritical(pod)) return true;
        return !StaticPod.isStatic(pod) && priority(wanted) > priority(pod);
    }

    /** The Pods that must go; empty if it would not help if all went that may. */
    Optional<List<Pod>> victims(List<Shortage> shortages) {
        Map<String, Long> missing = new LinkedHashMap<>();
        shortages.forEach(shortage -> missing.put(shortage.resource(), shortage.missing()));
        Map<QosClass, List<Pod>> classes =
                others.stream().filter(this::mayGo).collect(Collectors.groupingBy(QosClass::of));
        List<Pod> besteffort = classes.getOrDefault(QosClass.BEST_EFFORT, List.of());
        List<Pod> burstable = classes.getOrDefault(QosClass.BURSTABLE, List.of());
        List<Pod> guaranteed = classes.getOrDefault(QosClass.GUARANTEED, List.of());
        if (!without(missing, joined(besteffort, burstable, guaranteed)).isEmpty()) return Optional.empty();
        List<Pod> dear = nearest(guaranteed, without(missing, joined(besteffort, burstable)));
        List<Pod> middle = nearest(burstable, without(missing, joined(besteffort, dear)));
        List<Pod> cheap = nearest(besteffort, without(missing, joined(middle, dear)));
        return Optional.of(joined(cheap, middle, dear));
    }

    @SafeVarargs
    private static List<Pod> joined(List<Pod>... lists) {
        List<Pod> all = new ArrayList<>();
        for (List<Pod> list : lists) all.addAll(list);
        return all;
    }

    /** What is still missing once these are gone. */
    private static Map<String, Long> without(Map<String, Long> missing, List<Pod> gone) {
        Map<String, Long> left = new LinkedHashMap<>();
        missing.forEach((resource, amount) -> {
            long rest = amount
                    - gone.stream().mapToLong(pod -> gives(pod, resource)).sum();
            if (rest > 0) left.put(resource, rest);
        });
        return left;
    }

    private static long gives(Pod pod, String resource) {
        return resource.equals("pods") ? 1 : Requests.of(pod, resource);
    }

    /** Again and again the one that comes nearest to what is missing, of two equal ones the smaller. */
    private static List<Pod> nearest(List<Pod> from, Map<String, Long> missing) {
        List<Pod> left = new ArrayList<>(from);
        List<Pod> chosen = new ArrayList<>();
        Map<String, Long> rest = missing;
        while (!rest.isEmpty() && !left.isEmpty()) {
            Map<String, Long> now = rest;
            Pod best = left.stream()
                    .min(Comparator.comparingDouble((Pod pod) -> distance(pod, now))
                            .thenComparingLong(pod -> Requests.of(pod, "memory"))
                            .thenComparingLong(pod -> Requests.of(pod, "cpu")))
                    .orElseThrow();
            left.remove(best);
            chosen.add(best);
            rest = without(rest, List.of(best));
        }
        return chosen;
    }

    /** Each resource counts alike, whatever its unit. */
    private static double distance(Pod pod, Map<String, Long> missing) {
        return missing.entrySet().stream()
                .mapToDouble(entry -> {
                    double rest = entry.getValue() - gives(pod, entry.getKey());
                    return rest > 0 ? Math.pow(rest / entry.getValue(), 2) : 0;
                })
                .sum();
    }
}
