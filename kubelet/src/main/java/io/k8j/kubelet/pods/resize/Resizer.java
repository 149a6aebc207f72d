package io.k8j.kubelet.pods.resize;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.pods.config.CgroupFiles;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.plan.PodPlan;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.spec.Allocations;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Labels;
import io.k8j.kubelet.pods.spec.NodeInfo;
import io.k8j.kubelet.pods.spec.Sizes;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.kubelet.pods.status.PodStatuses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the running containers of one Pod to the resources that it is granted: by new limits where that is enough, by a
 * restart where the container wants one. Owned by the Pod's worker.
 */
public final class Resizer {
    /** A running container that gets other limits. */
    record Update(ContainerRef ref, RuntimeContainer run, Sizes has, Sizes wanted) {}

    private final ContainerRuntime cri;
    private final NodeInfo node;
    private final Allocations allocations;
    private final PodEvents events;
    private final Map<String, Sizes> applied = new HashMap<>(); // by container id
    private final Map<String, ResourceRequirements> standing = new HashMap<>();
    private CgroupFiles.Limits limits; // of the Pod's cgroup; null if nobody knows
    private Allocations.Verdict verdict = new Allocations.Verdict.Granted();
    private Long underWay; // the generation that is being carried out; null if none
    private String error = "";
    private String told = ""; // the error that an event has told

    public Resizer(ContainerRuntime runtime, NodeInfo node, Allocations allocations, PodEvents events) {
        this.cri = runtime;
        this.node = node;
        this.allocations = allocations;
        this.events = events;
    }

    /** Takes up a newer object; answers it with the resources that it is granted. */
    public Pod allocate(Pod wanted) {
        Allocations.Allocation allocation = allocations.allocate(wanted);
        Allocations.Verdict before = verdict;
        verdict = allocation.verdict();
        switch (verdict) {
            case Allocations.Verdict.Resized(Map<String, ResourceRequirements> had) -> {
                had.forEach(standing::putIfAbsent);
                underWay = wanted.getMetadata().getGeneration();
                error = "";
                events.normal(wanted, "ResizeStarted", ResizeMessages.text("Pod resize started", wanted, underWay, ""));
            }
            case Allocations.Verdict.Pending(String reason, String message) -> {
                if (!verdict.equals(before)) {
                    Long generation = wanted.getMetadata().getGeneration();
                    String text = ResizeMessages.text("Pod resize " + reason, wanted, generation, message);
                    events.warning(wanted, "Resize" + reason, text);
                }
            }
            case Allocations.Verdict.Granted() -> {}
        }
        return allocation.pod();
    }

    /** Whether the last call of {@link #allocate} has granted something new. */
    public boolean granted() {
        return verdict instanceof Allocations.Verdict.Resized;
    }

    /** Whether to ask again after a while, since others may give something back. */
    public boolean deferred() {
        return verdict instanceof Allocations.Verdict.Pending(String reason, String message)
                && reason.equals("Deferred");
    }

    /** Changes what must be changed; answers the containers that have to be restarted for it. */
    public List<PodPlan.Kill> actuate(Pod pod, RuntimePod runtime, Set<String> dying) {
        List<PodPlan.Kill> restarts = new ArrayList<>();
        List<Update> updates = new ArrayList<>();
        boolean waiting = false; // for a container that has still what it had
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (ref.kind() == ContainerRef.Kind.EPHEMERAL) continue;
            Optional<RuntimeContainer> run = runtime.latest(ref.name()).filter(RuntimeContainer::running);
            Sizes wanted = Sizes.of(pod, ref.container());
            if (run.isEmpty() || sizesOf(run.get(), wanted).equals(wanted)) {
                standing.remove(ref.name());
                continue;
            }
            Sizes has = sizesOf(run.get(), wanted);
            if (dying.contains(run.get().id())) {
                waiting = true;
            } else if (has.restartsFor(
                    wanted, ContainerRef.orEmpty(ref.container().getResizePolicy()))) {
                waiting = true;
                restarts.add(
                        new PodPlan.Kill(ref, run.get(), "Container %s resize requires restart".formatted(ref.name())));
            } else {
                updates.add(new Update(ref, run.get(), has, wanted));
            }
        }
        error = "";
        CgroupFiles.Limits whole = Cgroups.limits(pod);
        if (!updates.isEmpty() || !whole.equals(limits)) carryOut(pod, runtime, updates, whole, waiting);
        if (error.isEmpty() && !waiting) standing.remove(Allocations.WHOLE);
        tell(pod, error.isEmpty() && !waiting);
        return restarts;
    }

    private Sizes sizesOf(RuntimeContainer run, Sizes wanted) {
        return applied.computeIfAbsent(
                run.id(),
                id -> Sizes.parse(run.status().getAnnotationsMap().get(Labels.CONTAINER_LIMITS))
                        .orElse(wanted));
    }

    /** The Pod's bounds leave room for more before its containers change, and follow when they have less. */
    private void carryOut(
            Pod pod, RuntimePod runtime, List<Update> updates, CgroupFiles.Limits whole, boolean waiting) {
        try {
            Optional<String> refusal = MemoryInUse.refusal(cri, runtime, updates, limits, whole);
            if (refusal.isPresent()) {
                error = refusal.get();
                return;
            }
            limit(pod, limits == null ? whole : limits.widest(whole));
            for (Update update : updates) {
                LinuxContainerResources resources = Cgroups.of(pod, update.ref().container(), node.memoryCapacity());
                cri.updateContainerResources(update.run().id(), resources);
                applied.put(update.run().id(), update.wanted());
                standing.remove(update.ref().name());
            }
            if (!waiting) limit(pod, whole);
        } catch (RuntimeFailure e) {
            error = e.description();
        } catch (IOException e) {
            error = "failed to set the limits of the pod: " + e.getMessage();
        }
    }

    private void limit(Pod pod, CgroupFiles.Limits wanted) throws IOException {
        if (wanted.equals(limits)) return;
        Cgroups.set(pod, wanted, node);
        limits = wanted;
    }

    private void tell(Pod pod, boolean done) {
        if (underWay == null) return;
        if (!error.isEmpty() && !error.equals(told)) {
            events.warning(pod, "ResizeError", ResizeMessages.text("Pod resize error", pod, underWay, error));
            told = error;
        }
        if (done) {
            events.normal(pod, "ResizeCompleted", ResizeMessages.text("Pod resize completed", pod, underWay, ""));
            underWay = null;
            told = "";
        }
    }

    /** What is not yet as it is granted: what it still has, by container, or of the Pod as a whole. */
    public Map<String, ResourceRequirements> standing() {
        return Map.copyOf(standing);
    }

    /** Whether the last try failed and another may help. */
    public boolean failed() {
        return !error.isEmpty();
    }

    /** The conditions that tell of a resize, without times; empty if all is as it should be. */
    public List<PodCondition> conditions(Long generation) {
        List<PodCondition> all = new ArrayList<>();
        if (verdict instanceof Allocations.Verdict.Pending(String reason, String message)) {
            all.add(condition(PodStatuses.RESIZE_PENDING, reason, message, generation));
        }
        if (underWay != null) {
            all.add(condition(
                    PodStatuses.RESIZE_IN_PROGRESS,
                    error.isEmpty() ? null : "Error",
                    error.isEmpty() ? null : error,
                    underWay));
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
