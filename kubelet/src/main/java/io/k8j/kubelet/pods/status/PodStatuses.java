package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.plan.EndedContainers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.Allocations;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.ContainerRef.Kind;
import io.k8j.kubelet.pods.spec.PodResources;
import io.k8j.kubelet.pods.spec.QosClass;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Works out a Pod's whole status. Pure: the same input gives the same status. */
public final class PodStatuses {
    public static final String RESIZE_PENDING = "PodResizePending";
    public static final String RESIZE_IN_PROGRESS = "PodResizeInProgress";

    /** Conditions that vanish when there is nothing to tell. */
    static final Set<String> RESIZE = Set.of(RESIZE_PENDING, RESIZE_IN_PROGRESS);

    private final Pod pod;
    private final RuntimePod runtime;
    private final PodView view;
    private final String now;
    private final List<ContainerStatus> init;
    private final List<ContainerStatus> app;

    private PodStatuses(Pod pod, RuntimePod runtime, PodView view, Instant now) {
        this.pod = pod;
        this.runtime = runtime;
        this.view = view;
        this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
        ContainerStatuses statuses = new ContainerStatuses(pod, runtime, view);
        this.init = statuses.of(ContainerRef.initOf(pod));
        this.app = statuses.of(ContainerRef.appOf(pod));
    }

    /**
     * Works out the status.
     *
     * @param ended whether nothing of the Pod runs any more and nothing will
     */
    public static PodStatus of(Pod pod, RuntimePod runtime, PodView view, Instant now, boolean ended) {
        return new PodStatuses(pod, runtime, view, now).build(ended);
    }

    private PodStatus build(boolean ended) {
        PodStatus old = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        String shown = phase(old, ended);
        // A Pod that never ran has not succeeded: whoever waits for its end must be told of one.
        String phase = ended && !isOver(shown) && !StaticPod.isStatic(pod) ? "Failed" : shown;
        boolean over = isOver(phase);
        if (isRefused(old, shown)) return refused(old);
        List<String> ips = ips(old, over);
        PodStatusBuilder status = new PodStatusBuilder()
                .withPhase(phase)
                .withQosClass(
                        old.getQosClass() != null
                                ? old.getQosClass()
                                : QosClass.of(pod).text())
                .withStartTime(old.getStartTime() == null ? now : old.getStartTime())
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .withNominatedNodeName(old.getNominatedNodeName())
                .withResourceClaimStatuses(old.getResourceClaimStatuses())
                .withInitContainerStatuses(ended ? EndedContainers.init(init) : init)
                .withContainerStatuses(ended ? EndedContainers.app(pod, init, app) : app)
                .withEphemeralContainerStatuses(
                        new ContainerStatuses(pod, runtime, view).of(ContainerRef.ephemeralOf(pod)))
                .withAllocatedResources(PodResources.allocated(pod))
                .withResources(
                        PodResources.inEffect(Allocations.with(pod, view.standing()), "Running".equals(old.getPhase())))
                .withConditions(conditions(old, shown, over));
        if (view.failure() != null) {
            status.withReason(view.failure().reason())
                    .withMessage(view.failure().message());
        } else if (over) {
            status.withReason(old.getReason()).withMessage(old.getMessage());
        }
        if (!view.hostIps().isEmpty()) {
            status.withHostIP(view.hostIps().getFirst())
                    .withHostIPs(view.hostIps().stream().map(HostIP::new).toList());
        }
        if (!ips.isEmpty()) {
            status.withPodIP(ips.getFirst())
                    .withPodIPs(ips.stream().map(PodIP::new).toList());
        }
        return status.build();
    }

    /** Whether no node agent ever began with the Pod; after a restart only its status tells so. */
    private boolean isRefused(PodStatus old, String phase) {
        if (!"Failed".equals(phase) || !runtime.containers().isEmpty()) return false;
        if (view.failure() != null) return view.failure().refused();
        return "Failed".equals(old.getPhase())
                && old.getReason() != null
                && ContainerRef.orEmpty(old.getContainerStatuses()).isEmpty();
    }

    /** Nothing is said of containers that nobody will start, nor of conditions that nobody looked after. */
    private PodStatus refused(PodStatus old) {
        return new PodStatusBuilder()
                .withPhase("Failed")
                .withReason(
                        view.failure() == null
                                ? old.getReason()
                                : view.failure().reason())
                .withMessage(
                        view.failure() == null
                                ? old.getMessage()
                                : view.failure().message())
                .withQosClass(
                        old.getQosClass() != null
                                ? old.getQosClass()
                                : QosClass.of(pod).text())
                .withStartTime(old.getStartTime() == null ? now : old.getStartTime())
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .withResourceClaimStatuses(old.getResourceClaimStatuses())
                .withConditions(ContainerRef.orEmpty(old.getConditions()))
                .build();
    }

    private List<String> ips(PodStatus old, boolean over) {
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            return runtime.sandboxes().isEmpty() && !over ? List.of() : view.hostIps();
        }
        List<String> found =
                runtime.sandbox().filter(Sandbox::ready).map(Sandbox::ips).orElse(List.of());
        if (!found.isEmpty() || !over) return found;
        return ContainerRef.orEmpty(old.getPodIPs()).stream().map(PodIP::getIp).toList();
    }

    /** Whether a Pod in this phase stays in it. */
    public static boolean isOver(String phase) {
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private String phase(PodStatus old, boolean ended) {
        if (isOver(old.getPhase())) return old.getPhase();
        if (view.failure() != null && ended) return "Failed";
        String phase = phaseOfContainers(ended);
        if (ended || !isOver(phase)) return phase;
        // Whoever waits for the end must be able to rely on nothing running any more.
        return old.getPhase() == null ? "Pending" : old.getPhase();
    }

    /** Upstream's rules, over the counts of containers in each state. */
    private String phaseOfContainers(boolean ended) {
        PhaseCounts counts = PhaseCounts.of(pod, init, app);
        if (counts.initFailed()) return "Failed";
        if (counts.pendingInit() > 0 || (counts.pendingSidecars() > 0 && appUntouched()) || counts.waiting() > 0) {
            return ended ? failedIfEverRan() : "Pending";
        }
        if (counts.running() > 0) return "Running";
        if (counts.stopped() == 0) return ended ? failedIfEverRan() : "Pending";
        if (!ended && counts.stopped() != counts.stoppedForGood()) return "Running"; // some will start again
        return counts.stopped() == counts.succeeded() ? "Succeeded" : "Failed";
    }

    private String failedIfEverRan() {
        return runtime.containers().isEmpty() ? "Pending" : "Failed";
    }

    private boolean appUntouched() {
        return app.stream()
                .allMatch(status -> status.getState().getWaiting() != null
                        && (status.getLastState() == null
                                || status.getLastState().getTerminated() == null));
    }

    private List<PodCondition> conditions(PodStatus old, String phase, boolean over) {
        List<PodCondition> all = new ArrayList<>();
        boolean sandboxUp = runtime.sandbox().filter(Sandbox::ready).isPresent() && !over;
        all.add(condition(old, "PodReadyToStartContainers", sandboxUp, null, null));
        all.add(initialized(old, phase));
        PodCondition containersReady = containersReady(old, phase);
        all.add(ready(old, containersReady));
        all.add(containersReady);
        all.add(find(old, "PodScheduled")
                .map(known -> observed(known))
                .orElseGet(() -> condition(old, "PodScheduled", true, null, null)));
        if (WholeRestart.isPossible(pod)) all.add(restarting(old, phase));
        if (view.failure() != null && view.failure().disruption() != null) {
            all.add(condition(
                    old,
                    "DisruptionTarget",
                    true,
                    "TerminationByKubelet",
                    view.failure().disruption()));
        }
        for (PodCondition resize : view.resize()) {
            all.add(resize.toBuilder()
                    .withLastTransitionTime(find(old, resize.getType())
                            .map(PodCondition::getLastTransitionTime)
                            .orElse(now))
                    .build());
        }
        for (PodCondition other : ContainerRef.orEmpty(old.getConditions())) {
            if (RESIZE.contains(other.getType())) continue; // it is over
            if (all.stream().noneMatch(known -> known.getType().equals(other.getType()))) all.add(other);
        }
        return all;
    }

    private PodCondition observed(PodCondition known) {
        return known.toBuilder()
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .build();
    }

    private PodCondition initialized(PodStatus old, String phase) {
        List<ContainerRef> refs = ContainerRef.initOf(pod);
        List<String> unfinished = new ArrayList<>();
        for (int i = 0; i < refs.size(); i++) {
            ContainerStatus status = init.get(i);
            boolean done = refs.get(i).kind() == Kind.SIDECAR
                    ? Boolean.TRUE.equals(status.getStarted()) || !appUntouched()
                    : Boolean.TRUE.equals(status.getReady()) || (!appUntouched() && isOver(phase));
            if (!done) unfinished.add(refs.get(i).name());
        }
        if ("Succeeded".equals(phase)) {
            return condition(old, "Initialized", true, "PodCompleted", null);
        }
        boolean initialized = WholeRestart.isPossible(pod) // what has been initialized stays so
                && find(old, "Initialized")
                        .filter(c -> "True".equals(c.getStatus()))
                        .isPresent();
        if (unfinished.isEmpty() || initialized) return condition(old, "Initialized", true, null, null);
        return condition(
                old,
                "Initialized",
                false,
                "ContainersNotInitialized",
                "containers with incomplete status: [" + String.join(" ", unfinished) + "]");
    }

    private PodCondition restarting(PodStatus old, String phase) {
        boolean under =
                !isOver(phase) && WholeRestart.isWanted(pod, runtime, old) && !WholeRestart.isCleared(pod, runtime);
        String ended = "Succeeded".equals(phase) ? "PodCompleted" : "Failed".equals(phase) ? "PodFailed" : null;
        return condition(
                        old,
                        WholeRestart.CONDITION,
                        under,
                        under ? "RestartAllContainersStarted" : ended,
                        under ? "container exited with restart policy rule" : null)
                .toBuilder()
                .withObservedGeneration(null)
                .build();
    }

    private PodCondition containersReady(PodStatus old, String phase) {
        if ("Succeeded".equals(phase)) return condition(old, "ContainersReady", false, "PodCompleted", null);
        if ("Failed".equals(phase)) return condition(old, "ContainersReady", false, "PodFailed", null);
        List<String> unready = new ArrayList<>();
        List<ContainerRef> inits = ContainerRef.initOf(pod);
        for (int i = 0; i < inits.size(); i++) {
            if (inits.get(i).kind() == Kind.SIDECAR && !init.get(i).getReady())
                unready.add(inits.get(i).name());
        }
        app.stream().filter(status -> !status.getReady()).forEach(status -> unready.add(status.getName()));
        if (unready.isEmpty()) return condition(old, "ContainersReady", true, null, null);
        return condition(
                old,
                "ContainersReady",
                false,
                "ContainersNotReady",
                "containers with unready status: [" + String.join(" ", unready) + "]");
    }

    private PodCondition ready(PodStatus old, PodCondition containers) {
        if (!"True".equals(containers.getStatus())) {
            return condition(old, "Ready", false, containers.getReason(), containers.getMessage());
        }
        List<String> missing = new ArrayList<>();
        for (PodReadinessGate gate : ContainerRef.orEmpty(pod.getSpec().getReadinessGates())) {
            Optional<PodCondition> found = find(old, gate.getConditionType());
            if (found.isEmpty()) {
                missing.add("corresponding condition of pod readiness gate \"%s\" does not exist."
                        .formatted(gate.getConditionType()));
            } else if (!"True".equals(found.get().getStatus())) {
                missing.add("the status of pod readiness gate \"%s\" is not \"True\", but %s"
                        .formatted(gate.getConditionType(), found.get().getStatus()));
            }
        }
        if (missing.isEmpty()) return condition(old, "Ready", true, null, null);
        return condition(old, "Ready", false, "ReadinessGatesNotReady", String.join(", ", missing));
    }

    private PodCondition condition(PodStatus old, String type, boolean value, String reason, String message) {
        String text = value ? "True" : "False";
        String since = find(old, type)
                .filter(known -> text.equals(known.getStatus()))
                .map(PodCondition::getLastTransitionTime)
                .orElse(now);
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .build();
    }

    private static Optional<PodCondition> find(PodStatus status, String type) {
        return ContainerRef.orEmpty(status.getConditions()).stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }
}
