package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerResizePolicy;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.pods.RuntimePod.RuntimeContainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the running containers of one Pod to the resources that it is granted: by new limits where that is enough, by a
 * restart where the container wants one. Owned by the Pod's worker.
 */
final class Resizer {
    static final String PENDING = "PodResizePending";
    static final String IN_PROGRESS = "PodResizeInProgress";

    private final PodContext context;
    private final Map<String, String> applied = new HashMap<>(); // by container id
    private Allocations.Verdict verdict = new Allocations.Verdict.Granted();
    private Long underWay; // the generation that is being carried out; null if none
    private String error = "";
    private String told = ""; // the error that an event has told

    Resizer(PodContext context) {
        this.context = context;
    }

    /** Stands for a container's limits in its annotations. */
    static String text(LinuxContainerResources resources) {
        return "%d/%d/%d"
                .formatted(resources.getCpuShares(), resources.getCpuQuota(), resources.getMemoryLimitInBytes());
    }

    /** Takes up a newer object; answers it with the resources that it is granted. */
    Pod allocate(Pod wanted) {
        Allocations.Allocation allocation = context.allocations().allocate(wanted);
        Allocations.Verdict before = verdict;
        verdict = allocation.verdict();
        switch (verdict) {
            case Allocations.Verdict.Resized() -> {
                underWay = wanted.getMetadata().getGeneration();
                error = "";
                context.events()
                        .normal(
                                wanted,
                                "ResizeStarted",
                                ResizeMessages.text("Pod resize started", wanted, underWay, ""));
            }
            case Allocations.Verdict.Pending(String reason, String message) -> {
                if (!verdict.equals(before)) {
                    Long generation = wanted.getMetadata().getGeneration();
                    String text = ResizeMessages.text("Pod resize " + reason, wanted, generation, message);
                    context.events().warning(wanted, "Resize" + reason, text);
                }
            }
            case Allocations.Verdict.Granted() -> {}
        }
        return allocation.pod();
    }

    /** Whether the last call of {@link #allocate} has granted something new. */
    boolean granted() {
        return verdict instanceof Allocations.Verdict.Resized;
    }

    /** Whether to ask again after a while, since others may give something back. */
    boolean deferred() {
        return verdict instanceof Allocations.Verdict.Pending(String reason, String message)
                && reason.equals("Deferred");
    }

    /** Changes what must be changed; answers the containers that have to be restarted for it. */
    List<PodPlan.Kill> actuate(Pod pod, RuntimePod runtime, Set<String> dying) {
        List<PodPlan.Kill> restarts = new ArrayList<>();
        boolean done = true;
        boolean changed = false;
        error = "";
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (ref.kind() != ContainerRef.Kind.APP && ref.kind() != ContainerRef.Kind.SIDECAR) continue;
            Optional<RuntimeContainer> run = runtime.latest(ref.name()).filter(RuntimeContainer::running);
            if (run.isEmpty()) continue;
            LinuxContainerResources wanted =
                    Cgroups.of(pod, ref.container(), context.node().memoryCapacity());
            String has = applied.computeIfAbsent(
                    run.get().id(),
                    id -> run.get().status().getAnnotationsMap().getOrDefault(Labels.CONTAINER_LIMITS, text(wanted)));
            if (has.equals(text(wanted))) {
                continue;
            }
            if (dying.contains(run.get().id())) {
                done = false;
            } else if (wantsRestart(ref, has, text(wanted))) {
                done = false;
                restarts.add(
                        new PodPlan.Kill(ref, run.get(), "Container %s resize requires restart".formatted(ref.name())));
            } else {
                if (!changed) Cgroups.create(pod, context.node()); // a Pod's limits must leave room for more
                changed = true;
                done &= update(run.get(), wanted);
            }
        }
        if (changed) Cgroups.create(pod, context.node()); // and follow when there is less
        if (underWay != null && !error.isEmpty() && !error.equals(told)) {
            context.events().warning(pod, "ResizeError", ResizeMessages.text("Pod resize error", pod, underWay, error));
            told = error;
        }
        if (done && underWay != null) {
            context.events()
                    .normal(pod, "ResizeCompleted", ResizeMessages.text("Pod resize completed", pod, underWay, ""));
            underWay = null;
            told = "";
        }
        return restarts;
    }

    private boolean update(RuntimeContainer run, LinuxContainerResources wanted) {
        try {
            context.runtime().updateContainerResources(run.id(), wanted);
            applied.put(run.id(), text(wanted));
            return true;
        } catch (RuntimeFailure e) {
            error = e.description();
            return false;
        }
    }

    /** Whether the last try failed and another may help. */
    boolean failed() {
        return !error.isEmpty();
    }

    private static boolean wantsRestart(ContainerRef ref, String has, String wanted) {
        String[] before = has.split("/");
        String[] after = wanted.split("/");
        boolean cpu = !before[0].equals(after[0]) || !before[1].equals(after[1]);
        boolean memory = !before[2].equals(after[2]);
        for (ContainerResizePolicy policy : ContainerRef.orEmpty(ref.container().getResizePolicy())) {
            boolean hit = Objects.equals(policy.getResourceName(), "cpu") ? cpu : memory;
            if (hit && "RestartContainer".equals(policy.getRestartPolicy())) return true;
        }
        return false;
    }

    /** The conditions that tell of a resize, without times; empty if all is as it should be. */
    List<PodCondition> conditions(Long generation) {
        List<PodCondition> all = new ArrayList<>();
        if (verdict instanceof Allocations.Verdict.Pending(String reason, String message)) {
            all.add(condition(PENDING, reason, message, generation));
        }
        if (underWay != null) {
            all.add(condition(IN_PROGRESS, error.isEmpty() ? null : "Error", error.isEmpty() ? null : error, underWay));
        }
        return all;
    }

    private static PodCondition condition(String type, String reason, String message, Long generation) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .build();
    }
}
