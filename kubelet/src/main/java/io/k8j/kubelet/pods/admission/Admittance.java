package io.k8j.kubelet.pods.admission;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.k8j.kubelet.pods.admission.Misfit.Shortage;
import io.k8j.kubelet.pods.spec.QosClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether a node takes a Pod that was bound to it. Pure.
 *
 * @param node its object
 * @param allocatable what it gives to Pods
 * @param pressures types of its pressure conditions that are true
 * @param others the Pods that it has taken and that have not ended
 */
public record Admittance(Node node, Map<String, Quantity> allocatable, Set<String> pressures, List<Pod> others) {
    private static final String OS = "kubernetes.io/os";
    private static final Taint MEMORY_PRESSURE = new TaintBuilder()
            .withKey("node.kubernetes.io/memory-pressure")
            .withEffect("NoSchedule")
            .build();

    /** What is decided. */
    public sealed interface Verdict {
        /** It may run. */
        record Admit() implements Verdict {}

        /** It fails. @param labelsOnly whether it is only for what the node's object says, of which ours may be old */
        record Refuse(String reason, String message, boolean labelsOnly) implements Verdict {}

        /** It may run once these have ended, for want of this resource first of all. */
        record Preempt(List<Pod> victims, String resource) implements Verdict {}
    }

    /** Decides about a Pod that is not admitted yet. */
    public Verdict decide(Pod pod) {
        Optional<Verdict> early = pressure(pod).or(() -> operatingSystem(pod)).or(() -> groups(pod));
        if (early.isPresent()) return early.get();
        List<Misfit> misfits = Fit.check(pod, node, allocatable, others);
        if (misfits.isEmpty()) return new Verdict.Admit();
        if (!Preemption.isCritical(pod)) return refuse(misfits);
        // Critical Pods are never short of resources: others make room.
        List<Misfit> lasting =
                misfits.stream().filter(misfit -> !(misfit instanceof Shortage)).toList();
        if (!lasting.isEmpty()) return refuse(lasting);
        List<Shortage> shortages = misfits.stream().map(Shortage.class::cast).toList();
        return new Preemption(pod, others)
                .victims(shortages)
                .<Verdict>map(victims ->
                        new Verdict.Preempt(victims, shortages.getFirst().resource()))
                .orElseGet(() -> refuse("UnexpectedAdmissionError", noVictims(shortages)));
    }

    private static Verdict refuse(List<Misfit> misfits) {
        Misfit first = misfits.getFirst();
        return new Verdict.Refuse(first.reason(), first.message(), misfits.equals(List.of(Fit.AFFINITY)));
    }

    private static Verdict refuse(String reason, String message) {
        return new Verdict.Refuse(reason, message, false);
    }

    private String noVictims(List<Shortage> shortages) {
        StringBuilder text = new StringBuilder("Unexpected error while attempting to recover from admission failure: "
                + "preemption: error finding a set of pods to preempt: "
                + "no set of running pods found to reclaim resources: [");
        shortages.forEach(
                shortage -> text.append("(res: %s, q: %d), ".formatted(shortage.resource(), shortage.missing())));
        return text.append(']').toString();
    }

    private Optional<Verdict> pressure(Pod pod) {
        if (pressures.isEmpty() || Preemption.isCritical(pod)) return Optional.empty();
        if (pressures.equals(Set.of("MemoryPressure"))) {
            boolean harmless = QosClass.of(pod) != QosClass.BEST_EFFORT || NodeTerms.tolerates(pod, MEMORY_PRESSURE);
            if (harmless) return Optional.empty();
        }
        return Optional.of(refuse(
                Ending.EVICTED,
                "The node had condition: [%s]. ".formatted(String.join(" ", new TreeSet<>(pressures)))));
    }

    private static Optional<Verdict> operatingSystem(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        if (labels != null && labels.containsKey(OS) && !"linux".equals(labels.get(OS))) {
            return Optional.of(refuse(
                    "PodOSSelectorNodeLabelDoesNotMatch",
                    "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"));
        }
        boolean other = pod.getSpec().getOs() != null
                && !"linux".equals(pod.getSpec().getOs().getName());
        return other
                ? Optional.of(refuse("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"))
                : Optional.empty();
    }

    private Optional<Verdict> groups(Pod pod) {
        boolean strict = pod.getSpec().getSecurityContext() != null
                && "Strict".equals(pod.getSpec().getSecurityContext().getSupplementalGroupsPolicy());
        boolean supported = node.getStatus() != null
                && node.getStatus().getFeatures() != null
                && Boolean.TRUE.equals(node.getStatus().getFeatures().getSupplementalGroupsPolicy());
        return strict && !supported
                ? Optional.of(new Verdict.Refuse(
                        "SupplementalGroupsPolicyNotSupported",
                        "SupplementalGroupsPolicy=Strict is not supported in this node",
                        true))
                : Optional.empty();
    }
}
