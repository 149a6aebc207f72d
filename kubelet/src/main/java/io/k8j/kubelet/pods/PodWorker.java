package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.pods.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.RuntimePod.Sandbox;
import io.k8j.kubelet.probes.Probes;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one Pod to what its spec says, from its first sandbox to the deletion of its object. One virtual thread owns
 * its state; others only wake it or hand in a newer object. Level-triggered: each turn looks at the runtime anew.
 */
final class PodWorker {
    private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);
    private static final Duration RESIZE_AGAIN = Duration.ofSeconds(30);
    private static final int KEPT_RUNS = 1;

    private final PodContext context;
    private final String uid;
    private final Runnable onGone;
    private final RuntimeReader reader;
    private final VolumeKeeper volumes;
    private final StatusKeeper statuses;
    private final Probes probes;
    private final Starter starter;
    private final Killer killer;
    private final Resizer resizer;
    private final TerminationMessages messages = new TerminationMessages();
    private final BlockingQueue<Boolean> signal = new ArrayBlockingQueue<>(1);
    private volatile Pod pod;
    private volatile boolean removed; // the object is gone from the API
    private volatile boolean stopped; // the node agent ends; containers stay
    private volatile boolean busy; // within a turn
    private volatile RuntimePod lastSeen = RuntimePod.EMPTY;

    private volatile String eviction; // why the node ends the Pod; null if it does not

    // Owned by the worker's thread.
    private boolean terminating;
    private boolean terminated;
    private boolean gone;
    private boolean adopted;
    private PodView.Failure failure;
    private Duration retry = FIRST_RETRY;

    PodWorker(PodContext context, Pod pod, Runnable onGone) {
        this.context = context;
        this.pod = pod;
        this.uid = pod.getMetadata().getUid();
        this.onGone = onGone;
        this.reader = new RuntimeReader(context.runtime(), uid);
        this.volumes = new VolumeKeeper(context, uid, this::wake, this::retryLater);
        this.statuses = new StatusKeeper(context);
        this.probes = new Probes(
                context.actions(),
                context.time(),
                (container, message) -> ContainerRef.find(this.pod, container.getName())
                        .ifPresent(ref -> context.events().warning(this.pod, ref, "Unhealthy", message)),
                this::wake);
        this.starter = new Starter(context, this::wake, this::wakeAfter);
        this.killer = new Killer(context, this::wake);
        this.resizer = new Resizer(context);
    }

    void start() {
        wake();
        Thread.ofVirtual().name("pod-" + pod.getMetadata().getName()).start(this::run);
    }

    Pod pod() {
        return pod;
    }

    /** What the runtime had of the Pod at the last look. */
    RuntimePod lastSeen() {
        return lastSeen;
    }

    /** Hands in a newer object. */
    void update(Pod newer) {
        Pod before = pod;
        pod = newer;
        if (PodNews.isIn(before, newer)) wake();
    }

    /** The object is gone from the API. */
    void removed() {
        removed = true;
        wake();
    }

    /** Ends the worker and leaves the containers alone. */
    void stop() {
        stopped = true;
        wake();
    }

    /** The node needs what the Pod uses: it is ended without delay. */
    void evict(String message) {
        eviction = message;
        wake();
    }

    /** Whether the Pod is being ended, or has ended. */
    boolean isEnding() {
        return eviction != null
                || removed
                || pod.getMetadata().getDeletionTimestamp() != null
                || (pod.getStatus() != null
                        && PodStatuses.isOver(pod.getStatus().getPhase()));
    }

    /** ConfigMaps or Secrets have changed. */
    void refreshVolumes() {
        volumes.refresh();
        wake();
    }

    void wake() {
        signal.offer(Boolean.TRUE);
    }

    /** Whether it has nothing to do but to wait. */
    boolean isIdle() {
        return !busy && signal.isEmpty();
    }

    private void wakeAfter(Duration delay) {
        if (delay.isZero()) wake();
        else context.time().after(delay, this::wake);
    }

    private void run() {
        try {
            while (!gone) {
                signal.poll(1, TimeUnit.HOURS);
                if (stopped) break;
                busy = true;
                turnSafely();
                busy = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probes.close();
            context.statuses().forget(uid);
            if (gone) onGone.run();
        }
    }

    private void turnSafely() throws InterruptedException {
        try {
            turn();
            retry = FIRST_RETRY;
        } catch (RuntimeFailure | ApiException | TransportException | IOException e) {
            log.atWarn()
                    .addKeyValue("pod", ObjectKey.of(pod))
                    .addKeyValue("cause", e.getMessage())
                    .log("pod not in its wanted state, try again");
            retryLater();
        } catch (RuntimeException e) {
            log.atError().addKeyValue("pod", ObjectKey.of(pod)).setCause(e).log("pod worker failed, try again");
            retryLater();
        }
    }

    private void retryLater() {
        wakeAfter(retry);
        retry = retry.multipliedBy(2).compareTo(LONGEST_RETRY) < 0 ? retry.multipliedBy(2) : LONGEST_RETRY;
    }

    private void turn() throws IOException, InterruptedException {
        Pod now = pod;
        RuntimePod runtime = look();
        if (!terminating) terminating = mustEnd(now);
        if (terminating) end(now, runtime);
        else keepRunning(now, runtime);
    }

    private RuntimePod look() {
        RuntimePod runtime = reader.read();
        lastSeen = runtime;
        return runtime;
    }

    /** Whether the Pod is to be ended, whatever its containers do. */
    private boolean mustEnd(Pod now) {
        if (removed || now.getMetadata().getDeletionTimestamp() != null) return true;
        String phase = now.getStatus() == null ? null : now.getStatus().getPhase();
        if (PodStatuses.isOver(phase)) return true;
        if (eviction != null) {
            failure = new PodView.Failure("Evicted", eviction);
            context.events().warning(now, "Evicted", eviction);
            return true;
        }
        String sysctl = SandboxConfigs.forbiddenSysctl(now);
        if (!sysctl.isEmpty()) {
            failure = new PodView.Failure("SysctlForbidden", sysctl);
            context.events().warning(now, "SysctlForbidden", sysctl);
            return true;
        }
        return deadlinePassed(now);
    }

    private boolean deadlinePassed(Pod now) {
        Long limit = now.getSpec().getActiveDeadlineSeconds();
        if (limit == null || now.getStatus() == null || now.getStatus().getStartTime() == null) return false;
        Instant end = Instant.parse(now.getStatus().getStartTime()).plusSeconds(limit);
        Duration left = Duration.between(context.time().instant(), end);
        if (left.isPositive()) {
            wakeAfter(left);
            return false;
        }
        failure = new PodView.Failure(
                "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        context.events().normal(now, "DeadlineExceeded", failure.message());
        return true;
    }

    private void keepRunning(Pod wanted, RuntimePod runtime) throws IOException, InterruptedException {
        Pod now = resizer.allocate(wanted);
        if (resizer.granted()) volumes.refresh(); // they may show limits
        if (resizer.deferred()) wakeAfter(RESIZE_AGAIN);
        observe(now, runtime);
        handleHookFailures(now, runtime);
        PodPlan plan = PodPlan.decide(now, runtime, facts());
        tell(now, runtime, false);
        if (plan.killPod() && !plan.newSandbox()) {
            terminating = true;
            end(now, runtime);
            return;
        }
        if (plan.killPod()) stopSandboxes(now, runtime);
        if (plan.newSandbox()) {
            if (!volumes.make(now, List.of()) || !makeSandbox(now, plan.attempt())) return;
            runtime = look();
            tell(now, runtime, false);
            plan = PodPlan.decide(now, runtime, facts());
        } else if (!volumes.make(now, runtime.sandbox().map(Sandbox::ips).orElse(List.of()))) {
            return;
        }
        context.hostPorts().set(uid, SandboxConfigs.hostPorts(now, runtime));
        for (PodPlan.Kill kill : plan.kill()) kill(now, runtime, kill);
        for (PodPlan.Kill kill : resizer.actuate(now, runtime, killer.dying())) kill(now, runtime, kill);
        if (resizer.failed()) wakeAfter(LONGEST_RETRY);
        PodSandboxConfig sandbox =
                SandboxConfigs.of(now, runtime.sandbox().map(Sandbox::attempt).orElse(0), context.node());
        boolean changed = false;
        boolean hookPending = false;
        for (ContainerRef ref : plan.start()) {
            if (hookPending && ref.kind() == ContainerRef.Kind.APP) break; // it starts when the hook is done
            changed |= starter.start(now, ref, runtime, sandbox, volumes.paths());
            hookPending |= !starter.hooked().isEmpty();
        }
        if (changed) {
            runtime = look();
            observe(now, runtime);
            removeOldRuns(runtime);
            // What has just started may be all that others wait for.
            PodPlan next = PodPlan.decide(now, runtime, facts());
            if (!next.start().isEmpty() || next.killPod()) wake();
        }
        tell(now, runtime, false);
    }

    private PodPlan.Facts facts() {
        Set<String> started = new HashSet<>(probes.started());
        started.removeAll(starter.hooked());
        return new PodPlan.Facts(probes.unhealthy(), started, starter.hooked(), killer.dying());
    }

    /** Has running containers probed, and only those. */
    private void observe(Pod now, RuntimePod runtime) {
        Set<String> running = new HashSet<>();
        String ip = podIp(runtime);
        for (ContainerRef ref : ContainerRef.allOf(now)) {
            Optional<RuntimeContainer> run = runtime.latest(ref.name()).filter(RuntimeContainer::running);
            if (run.isEmpty() || starter.hooked().contains(run.get().id())) continue;
            running.add(run.get().id());
            var known = adopted ? Optional.<ContainerStatus>empty() : status(now, run.get());
            long nanos = run.get().status().getStartedAt();
            probes.observe(
                    ref.container(),
                    run.get().id(),
                    Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000),
                    ip,
                    known.map(status -> Boolean.TRUE.equals(status.getStarted()))
                            .orElse(false),
                    known.map(status -> Boolean.TRUE.equals(status.getReady())).orElse(false));
        }
        adopted = true;
        probes.retain(running);
    }

    /** What the API already says of a run: known from before a restart of the node agent. */
    private static Optional<ContainerStatus> status(Pod now, RuntimeContainer run) {
        if (now.getStatus() == null) return Optional.empty();
        return Stream.of(now.getStatus().getContainerStatuses(), now.getStatus().getInitContainerStatuses())
                .flatMap(list -> ContainerRef.orEmpty(list).stream())
                .filter(status -> status.getContainerID() != null
                        && status.getContainerID().endsWith("://" + run.id()))
                .findFirst();
    }

    private String podIp(RuntimePod runtime) {
        return runtime.sandbox()
                .map(Sandbox::ips)
                .filter(ips -> !ips.isEmpty())
                .map(List::getFirst)
                .orElseGet(() -> context.node().ips().isEmpty()
                        ? "127.0.0.1"
                        : context.node().ips().getFirst());
    }

    private void handleHookFailures(Pod now, RuntimePod runtime) {
        starter.takeHookFailures()
                .forEach((id, why) -> runtime.containers().stream()
                        .filter(container -> container.id().equals(id) && container.running())
                        .findFirst()
                        .flatMap(container -> ContainerRef.find(now, container.name())
                                .map(ref -> new PodPlan.Kill(ref, container, "FailedPostStartHook")))
                        .ifPresent(kill -> {
                            starter.hookFailed(kill.ref().name(), why);
                            kill(now, runtime, kill);
                        }));
    }

    private void kill(Pod now, RuntimePod runtime, PodPlan.Kill kill) {
        Duration grace = grace(now);
        String probe = probes.unhealthy().get(kill.container().id());
        var container = kill.ref().container();
        var condemned = "startup".equals(probe)
                ? container.getStartupProbe()
                : "liveness".equals(probe) ? container.getLivenessProbe() : null;
        if (condemned != null && condemned.getTerminationGracePeriodSeconds() != null) {
            grace = Duration.ofSeconds(condemned.getTerminationGracePeriodSeconds());
        }
        killer.kill(now, kill.ref(), kill.container(), podIp(runtime), grace, kill.message());
    }

    private Duration grace(Pod now) {
        if (eviction != null) return Duration.ofSeconds(1);
        Long seconds = now.getMetadata().getDeletionTimestamp() != null
                ? now.getMetadata().getDeletionGracePeriodSeconds()
                : null;
        if (seconds == null) seconds = now.getSpec().getTerminationGracePeriodSeconds();
        return Duration.ofSeconds(seconds == null ? 30 : Math.max(1, seconds));
    }

    private boolean makeSandbox(Pod now, int attempt) throws IOException, InterruptedException {
        Cgroups.create(now, context.node());
        Files.createDirectories(SandboxConfigs.logDirectory(now, context.node()));
        Files.createDirectories(context.node().podDir(uid));
        context.sandboxSlots().acquire();
        try {
            if (removed || pod.getMetadata().getDeletionTimestamp() != null) {
                wake();
                return false;
            }
            String runtimeClass = now.getSpec().getRuntimeClassName();
            String handler =
                    runtimeClass == null ? "" : context.runtimeHandlers().apply(runtimeClass);
            context.runtime().runPodSandbox(SandboxConfigs.of(now, attempt, context.node()), handler);
            return true;
        } catch (RuntimeFailure e) {
            context.events().warning(now, "FailedCreatePodSandBox", "Failed to create pod sandbox: " + e.getMessage());
            retryLater();
            return false;
        } finally {
            context.sandboxSlots().release();
        }
    }

    private void stopSandboxes(Pod now, RuntimePod runtime) {
        if (runtime.sandboxes().isEmpty()) return;
        context.events().normal(now, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        for (Sandbox sandbox : runtime.sandboxes()) context.runtime().stopPodSandbox(sandbox.id());
    }

    /** Keeps the newest ended run of each container, for its log and its last state; removes older ones. */
    private void removeOldRuns(RuntimePod runtime) {
        Map<String, Integer> kept = new HashMap<>();
        for (RuntimeContainer container : runtime.containers()) {
            if (!container.exited()) continue;
            if (kept.merge(container.name(), 1, Integer::sum) > KEPT_RUNS) {
                context.runtime().removeContainer(container.id());
            }
        }
        List<Sandbox> sandboxes = runtime.sandboxes();
        for (int i = 1; i < sandboxes.size(); i++) {
            String old = sandboxes.get(i).id();
            boolean used =
                    runtime.containers().stream().anyMatch(c -> c.sandboxId().equals(old) && c.running());
            if (!sandboxes.get(i).ready() && !used && i > KEPT_RUNS)
                context.runtime().removePodSandbox(old);
        }
    }

    private void tell(Pod now, RuntimePod runtime, boolean ended) {
        if (removed) return;
        statuses.tell(now, runtime, view(now, runtime), ended);
    }

    private PodView view(Pod now, RuntimePod runtime) {
        Set<String> started = facts().started();
        return new PodView(
                starter.waiting(),
                started,
                probes.ready(),
                starter.hooked(),
                messages.of(runtime, SandboxConfigs.logDirectory(now, context.node())),
                context.node().ips(),
                context.runtimeName().get(),
                resizer.conditions(now.getMetadata().getGeneration()),
                failure);
    }

    /** Ends what runs; once nothing does, clears up and lets go of the object. */
    private void end(Pod now, RuntimePod runtime) throws IOException, InterruptedException {
        if (runtime.anythingRuns()) {
            probes.stopLiveness();
            killer.killAll(now, runtime, podIp(runtime), grace(now));
            tell(now, runtime, false);
            return; // the end of each container wakes us
        }
        if (!killer.dying().isEmpty()) return;
        if (!terminated) {
            for (Sandbox sandbox : runtime.sandboxes()) context.runtime().stopPodSandbox(sandbox.id());
            RuntimePod last = look();
            tell(now, last, true);
            context.hostPorts().set(uid, List.of());
            volumes.tearDown();
            Cgroups.remove(now, context.node());
            probes.retain(Set.of());
            context.objects().release(uid);
            context.images().release(uid);
            context.allocations().release(uid);
            terminated = true;
        }
        boolean deleted = removed || pod.getMetadata().getDeletionTimestamp() != null;
        if (!deleted) return; // ended by itself: its log and status stay until it is deleted
        context.statuses().flush(uid);
        if (!removed) {
            context.pods()
                    .deleteIfPresent(ObjectKey.of(now), DeleteOptions.ofUid(uid).gracePeriod(0));
        }
        for (Sandbox sandbox : look().sandboxes()) context.runtime().removePodSandbox(sandbox.id());
        FileTrees.unmountAndDelete(SandboxConfigs.logDirectory(now, context.node()));
        gone = true;
    }
}
