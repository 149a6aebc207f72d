package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.status.PodStatuses;
import io.k8j.kubelet.pods.status.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Works out one Pod's statuses, each from the one before, and has them written. Owned by the Pod's worker. */
final class StatusKeeper {
    /** Conditions that nobody else sets. */
    static final Set<String> OURS = Set.of(
            "PodReadyToStartContainers",
            "Initialized",
            "Ready",
            "ContainersReady",
            WholeRestart.CONDITION,
            PodStatuses.RESIZE_PENDING,
            PodStatuses.RESIZE_IN_PROGRESS);

    private final PodContext context;
    private final Consumer<String> onPhase;
    private PodStatus last; // null before the first

    /** @param onPhase hears the phase that each status has */
    StatusKeeper(PodContext context, Consumer<String> onPhase) {
        this.context = context;
        this.onPhase = onPhase;
    }

    /**
     * Works out and writes the status.
     *
     * @param ended whether nothing of the Pod runs any more and nothing will
     */
    void tell(Pod now, RuntimePod runtime, PodView view, boolean ended) {
        PodStatus before = last(now);
        last = PodStatuses.of(withOwnStatus(now), runtime, view, context.time().instant(), ended);
        countEnds(before, last);
        onPhase.accept(last.getPhase());
        context.statuses().set(now, last);
    }

    private void countEnds(PodStatus before, PodStatus now) {
        countEnds(
                "init_container",
                before == null ? null : before.getInitContainerStatuses(),
                now.getInitContainerStatuses());
        countEnds("container", before == null ? null : before.getContainerStatuses(), now.getContainerStatuses());
    }

    /** Counts what had not ended before. */
    private void countEnds(String type, List<ContainerStatus> before, List<ContainerStatus> now) {
        for (ContainerStatus status : ContainerRef.orEmpty(now)) {
            if (!hasEnded(status)) continue;
            boolean known = ContainerRef.orEmpty(before).stream()
                    .anyMatch(old -> old.getName().equals(status.getName()) && hasEnded(old));
            if (known) continue;
            var end = status.getState().getTerminated();
            context.podMetrics().containerEnded(type, end.getExitCode(), end.getReason());
        }
    }

    private static boolean hasEnded(ContainerStatus status) {
        return status.getState() != null && status.getState().getTerminated() != null;
    }

    /** What was told last; what the object says before that. */
    PodStatus last(Pod now) {
        return last == null ? now.getStatus() : last;
    }

    /** The object with the status that we have set last, which it may not show yet, and what others have set in it. */
    private Pod withOwnStatus(Pod now) {
        if (last == null) return now;
        List<PodCondition> conditions = new ArrayList<>(last.getConditions().stream()
                .filter(condition -> OURS.contains(condition.getType()))
                .toList());
        if (now.getStatus() != null) {
            ContainerRef.orEmpty(now.getStatus().getConditions()).stream()
                    .filter(condition -> !OURS.contains(condition.getType()))
                    .forEach(conditions::add);
        }
        PodStatus status = new PodStatusBuilder(last).withConditions(conditions).build();
        boolean endedByOthers =
                now.getStatus() != null && PodStatuses.isOver(now.getStatus().getPhase());
        if (endedByOthers) {
            status.setPhase(now.getStatus().getPhase());
            status.setReason(now.getStatus().getReason());
            status.setMessage(now.getStatus().getMessage());
        }
        Pod base = new Pod();
        base.setApiVersion(now.getApiVersion());
        base.setKind(now.getKind());
        base.setMetadata(now.getMetadata());
        base.setSpec(now.getSpec());
        base.setStatus(status);
        return base;
    }
}
