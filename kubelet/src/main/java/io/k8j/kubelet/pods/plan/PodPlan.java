package io.k8j.kubelet.pods.plan;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.ContainerRef.Kind;
import io.k8j.kubelet.pods.spec.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The next steps for a Pod that is to run: a pure function of what is wanted, what the runtime has, and what probes and
 * hooks have said.
 *
 * @param killPod whether what there is of the Pod must be taken down first: its sandbox is gone or useless, or nothing
 *     is left to run
 * @param newSandbox whether a sandbox must be made
 * @param attempt number of the new sandbox
 * @param start containers to start now, in order; those whose back-off lasts are among them
 * @param kill containers to kill now
 */
public record PodPlan(boolean killPod, boolean newSandbox, int attempt, List<ContainerRef> start, List<Kill> kill) {
    /**
     * A container to kill.
     *
     * @param message why, as the event says it
     */
    public record Kill(ContainerRef ref, RuntimeContainer container, String message) {
        /**
         * How long the container gets.
         *
         * @param probe what failed: {@code liveness} or {@code startup}, either of which may say so itself; null for none
         * @param ofPod what the Pod gives
         */
        public Duration grace(String probe, Duration ofPod) {
            Container of = ref.container();
            Probe condemned = switch (probe) {
                case "startup" -> of.getStartupProbe();
                case "liveness" -> of.getLivenessProbe();
                case null, default -> null;
            };
            return condemned == null || condemned.getTerminationGracePeriodSeconds() == null
                    ? ofPod
                    : Duration.ofSeconds(condemned.getTerminationGracePeriodSeconds());
        }
    }

    /**
     * What the node knows beyond the runtime, by container id.
     *
     * @param unhealthy what failed: {@code liveness} or {@code startup}
     * @param started whose startup probe and postStart hook are done
     * @param hooked whose postStart hook still runs
     * @param dying that are being killed
     */
    public record Facts(Map<String, String> unhealthy, Set<String> started, Set<String> hooked, Set<String> dying) {
        static final Facts NONE = new Facts(Map.of(), Set.of(), Set.of(), Set.of());
    }

    static final PodPlan NOTHING = new PodPlan(false, false, 0, List.of(), List.of());

    /** Decides for a Pod that is to run. */
    public static PodPlan decide(Pod pod, RuntimePod runtime, Facts facts) {
        Optional<Sandbox> sandbox = runtime.sandbox();
        if (sandbox.isEmpty()) return withNewSandbox(pod, runtime, 0);
        if (!usable(pod, sandbox.get()))
            return withNewSandbox(pod, runtime, sandbox.get().attempt() + 1);
        return new Decision(pod, runtime, facts, sandbox.get().id()).decide();
    }

    private static boolean usable(Pod pod, Sandbox sandbox) {
        boolean host = Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
        return sandbox.ready() && (host || !sandbox.ips().isEmpty());
    }

    /** Whether a new sandbox is worth making: not if all that may run has run. */
    private static PodPlan withNewSandbox(Pod pod, RuntimePod runtime, int attempt) {
        boolean initFailed = attempt > 0
                && ContainerRef.initOf(pod).stream()
                        .filter(ref -> ref.kind() == Kind.INIT)
                        .anyMatch(ref -> runtime.latest(ref.name())
                                .filter(run -> run.exited() && run.status().getExitCode() != 0)
                                .filter(run -> !ref.restarts(pod, run.status().getExitCode()))
                                .isPresent());
        boolean anyToRun = !initFailed
                && ContainerRef.appOf(pod).stream()
                        .anyMatch(ref -> runtime.latest(ref.name())
                                .map(run -> ref.restarts(pod, run.status().getExitCode()))
                                .orElse(true));
        return new PodPlan(attempt > 0, anyToRun, attempt, List.of(), List.of());
    }

    /** One decision over a usable sandbox. */
    private static final class Decision {
        private final Pod pod;
        private final RuntimePod runtime;
        private final Facts facts;
        private final String sandbox;
        private final List<ContainerRef> start = new ArrayList<>();
        private final List<Kill> kill = new ArrayList<>();

        Decision(Pod pod, RuntimePod runtime, Facts facts, String sandbox) {
            this.pod = pod;
            this.runtime = runtime;
            this.facts = facts;
            this.sandbox = sandbox;
        }

        PodPlan decide() {
            for (ContainerRef ref : ContainerRef.ephemeralOf(pod)) {
                if (runtime.latest(ref.name()).isEmpty()) start.add(ref);
            }
            boolean appSeen =
                    ContainerRef.appOf(pod).stream().anyMatch(ref -> here(ref).isPresent());
            Init init = init(appSeen);
            if (init == Init.FAILED) return new PodPlan(true, false, 0, List.of(), List.of());
            boolean left = init == Init.WAITING || apps();
            return new PodPlan(!left, false, 0, List.copyOf(start), List.copyOf(kill));
        }

        private enum Init {
            WAITING,
            DONE,
            FAILED
        }

        /** Brings init containers on, one at a time; keeps sidecars up. */
        private Init init(boolean appSeen) {
            for (ContainerRef ref : ContainerRef.initOf(pod)) {
                Optional<RuntimeContainer> run = here(ref);
                if (ref.kind() == Kind.SIDECAR) {
                    boolean up = keepUp(ref, run);
                    if (!up && !appSeen) return Init.WAITING;
                } else if (!appSeen) {
                    if (run.isEmpty()) {
                        start.add(ref);
                        return Init.WAITING;
                    }
                    if (!run.get().exited()) {
                        if (!run.get().running()) start.add(ref);
                        return Init.WAITING;
                    }
                    int code = run.get().status().getExitCode();
                    if (code != 0) {
                        if (!ref.restarts(pod, code)) return Init.FAILED;
                        start.add(ref);
                        return Init.WAITING;
                    }
                }
            }
            return Init.DONE;
        }

        /** Whether anything runs or is to run. */
        private boolean apps() {
            boolean left = false;
            boolean mayStart = true;
            for (ContainerRef ref : ContainerRef.appOf(pod)) {
                Optional<RuntimeContainer> run = runtime.latest(ref.name());
                int before = start.size();
                keepUp(ref, run);
                boolean starts = start.size() > before;
                // Hooks of earlier containers come first: their order is a promise people rely on.
                if (starts && !mayStart) start.removeLast();
                left |= starts || run.filter(RuntimeContainer::running).isPresent();
                mayStart &= run.isEmpty() || !facts.hooked().contains(run.get().id());
            }
            return left;
        }

        /** Starts, keeps or kills a container that is to go on running; answers whether it is up and started. */
        private boolean keepUp(ContainerRef ref, Optional<RuntimeContainer> run) {
            if (run.isEmpty()) {
                start.add(ref);
                return false;
            }
            RuntimeContainer container = run.get();
            if (!container.running()) {
                boolean again = !container.exited()
                        || ref.restarts(pod, container.status().getExitCode());
                if (again) start.add(ref);
                return false;
            }
            if (facts.dying().contains(container.id())) return false;
            String probe = facts.unhealthy().get(container.id());
            if (probe != null) {
                kill.add(new Kill(ref, container, message(ref, probe)));
                return false;
            }
            if (imageChanged(ref, container)) {
                kill.add(new Kill(
                        ref, container, "Container %s definition changed, will be restarted".formatted(ref.name())));
                return false;
            }
            return facts.started().contains(container.id());
        }

        private String message(ContainerRef ref, String probe) {
            String failed = "Container %s failed %s probe".formatted(ref.name(), probe);
            return ref.restarts(pod, 137) ? failed + ", will be restarted" : failed;
        }

        private static boolean imageChanged(ContainerRef ref, RuntimeContainer container) {
            String wanted = container.status().getAnnotationsMap().get(Labels.CONTAINER_HASH);
            return wanted != null && !wanted.equals(hash(ref));
        }

        /** The container's newest run, if it is in the present sandbox. */
        private Optional<RuntimeContainer> here(ContainerRef ref) {
            return runtime.latest(ref.name()).filter(run -> run.sandboxId().equals(sandbox));
        }
    }

    /** Stands for the part of a container whose change restarts it: its name and its image. */
    public static String hash(ContainerRef ref) {
        return Integer.toHexString((ref.name() + "\n" + ref.container().getImage()).hashCode());
    }
}
