package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.pods.admission.Ending;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.images.StartClock;
import io.k8j.kubelet.pods.plan.PodPlan;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.plan.RuntimeReader;
import io.k8j.kubelet.pods.plan.TerminationMessages;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.resize.Resizer;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.status.PodStatuses;
import io.k8j.kubelet.pods.status.PodView;
import io.k8j.kubelet.probes.Probes;
import io.k8j.kubelet.volumes.PodVolumes;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one Pod to what its spec says, from its first sandbox to the deletion of its object. One virtual thread owns
 * its state; others only wake it or hand in a newer object. Level-triggered: each turn looks at the runtime anew.
 */
final class PodWorker {
    private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RESIZE_AGAIN = Duration.ofSeconds(30);

    private final PodContext context;
    private final String uid;
    private final Runnable onGone;
    private final RuntimeReader reader;
    private final VolumeKeeper volumes;
    private final DeviceKeeper devices;
    private final Clearance clearance;
    private final StatusKeeper statuses;
    private final Probes probes;
    private final Starter starter;
    private final Killer killer;
    private final Resizer resizer;
    private final Endings endings;
    private final Sandboxes sandboxes;
    private final ProbeFeed feed;
    private final StartClock clock;
    private final TerminationMessages messages = new TerminationMessages();
    private final BlockingQueue<Boolean> signal = new ArrayBlockingQueue<>(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Pod pod;
    private volatile boolean removed; // the object is gone from the API
    private volatile boolean stopped; // the node agent ends; containers stay
    private volatile boolean busy; // within a turn
    private volatile boolean admitted; // the node takes it
    private volatile boolean ended; // nothing of it runs any more
    private volatile RuntimePod lastSeen = RuntimePod.EMPTY;

    // Owned by the worker's thread.
    private boolean terminating;
    private boolean terminated;
    private boolean gone;
    private final TurnRetries retries = new TurnRetries();

    PodWorker(PodContext context, Pod pod, Runnable onGone) {
        this.context = context;
        this.pod = pod;
        this.uid = pod.getMetadata().getUid();
        this.onGone = onGone;
        this.clock = new StartClock(context.podMetrics(), context.time(), pod);
        this.reader = new RuntimeReader(context.runtime(), uid);
        this.volumes = new VolumeKeeper(context, uid, this::wake, this::wakeAfter);
        this.devices = new DeviceKeeper(context, this::retryLater);
        this.clearance = new Clearance(context, uid, devices, volumes);
        this.statuses = new StatusKeeper(context, phase -> {
            if (phase.equals("Running")) clock.running();
        });
        this.probes = new Probes(
                pod,
                context.actions(),
                context.time(),
                (container, reason, message) -> ContainerRef.find(this.pod, container.getName())
                        .ifPresent(ref -> context.events().warning(this.pod, ref, reason, message)),
                this::wake);
        this.starter = new Starter(context, clock, this::wake, this::wakeAfter);
        this.killer = new Killer(context, this::wake);
        this.resizer = new Resizer(context.runtime(), context.node(), context.allocations(), context.events());
        this.endings = new Endings(context, this::wakeAfter);
        this.sandboxes = new Sandboxes(context, this::isUnwanted);
        this.feed = new ProbeFeed(context, probes);
    }

    void start() {
        wake();
        Thread.ofVirtual().name("pod-" + pod.getMetadata().getName()).start(this::run);
    }

    /** The node takes the Pod. */
    void admit() {
        admitted = true;
    }

    boolean isAdmitted() {
        return admitted;
    }

    /** Whether the Pod leaves what it had to others; so it does before anybody else can know. */
    boolean isOver() {
        return ended || removed || isPhaseOver();
    }

    /** Whether its object is gone or about to go. */
    private boolean isUnwanted() {
        return removed || pod.getMetadata().getDeletionTimestamp() != null;
    }

    private boolean isPhaseOver() {
        return pod.getStatus() != null && PodStatuses.isOver(pod.getStatus().getPhase());
    }

    Map<String, PodVolumes.LocalVolume> localVolumes() {
        return volumes.locals();
    }

    boolean isRemoved() {
        return removed;
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
        clock.observed(newer);
        if (!Objects.equals(before.getSpec(), newer.getSpec())) starter.retryNow(); // with another image, for one
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

    /** The node wants the Pod to end for good. */
    void end(Ending ending) {
        endings.order(ending);
        wake();
    }

    /** Waits until nothing of the Pod runs any more and its status says so; false if that takes longer. */
    boolean awaitOver(Duration longest) throws InterruptedException {
        return over.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether the Pod is being ended, or has ended. */
    boolean isEnding() {
        return endings.isOrdered() || isUnwanted() || isPhaseOver();
    }

    /** ConfigMaps or Secrets have changed. */
    void refreshVolumes() {
        volumes.refresh();
        starter.retryNow();
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
                Pod now = pod;
                clock.turnBegins(now);
                turnSafely();
                clock.turnEnds(now, terminating);
                busy = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probes.close();
            context.statuses().forget(uid);
            over.countDown();
            if (gone) onGone.run();
        }
    }

    private void turnSafely() throws InterruptedException {
        retries.turnBegins();
        try {
            turn();
            retries.turnEnds();
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
        wakeAfter(retries.failed());
    }

    private void turn() throws IOException, InterruptedException {
        Pod now = pod;
        RuntimePod runtime = look();
        if (!terminating) terminating = removed || endings.mustEnd(now);
        if (terminating) end(now, runtime);
        else keepRunning(now, runtime);
    }

    private RuntimePod look() {
        RuntimePod runtime = reader.read();
        lastSeen = runtime;
        return runtime;
    }

    private void keepRunning(Pod wanted, RuntimePod runtime) throws IOException, InterruptedException {
        Pod now = resizer.allocate(wanted);
        if (resizer.granted()) volumes.refresh(); // they may show limits
        if (resizer.deferred()) wakeAfter(RESIZE_AGAIN);
        feed.observe(now, runtime, starter.hooked());
        handleHookFailures(now, runtime);
        if (WholeRestart.isWanted(now, runtime, statuses.last(now)) && !WholeRestart.isCleared(now, runtime)) {
            tell(now, runtime, false);
            WholeClearing.clear(context, now, runtime);
            runtime = look();
            feed.observe(now, runtime, starter.hooked());
            tell(now, runtime, false);
        }
        PodPlan plan = PodPlan.decide(now, runtime, facts());
        tell(now, runtime, false);
        if (plan.killPod() && !plan.newSandbox()) {
            terminating = true;
            end(now, runtime);
            return;
        }
        if (plan.killPod()) sandboxes.stop(now, runtime);
        if (plan.newSandbox()) {
            if (!devices.ready(now)) return;
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
        if (resizer.failed()) wakeAfter(TurnRetries.LONGEST);
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
            feed.observe(now, runtime, starter.hooked());
            sandboxes.removeOldRuns(runtime);
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
        Duration grace = kill.grace(probes.unhealthy().get(kill.container().id()), endings.grace(now));
        killer.kill(now, kill.ref(), kill.container(), feed.podIp(runtime), grace, kill.message());
    }

    private boolean makeSandbox(Pod now, int attempt) throws IOException, InterruptedException {
        Sandboxes.Made made = sandboxes.make(now, attempt);
        switch (made) {
            case UNWANTED -> wake();
            case FAILED -> retryLater();
            case DONE -> {}
        }
        return made == Sandboxes.Made.DONE;
    }

    private void tell(Pod now, RuntimePod runtime, boolean ended) {
        if (removed) return;
        statuses.tell(now, runtime, view(now, runtime), ended);
    }

    private PodView view(Pod now, RuntimePod runtime) {
        return new PodView(
                starter.waiting(),
                facts().started(),
                probes.ready(),
                starter.hooked(),
                messages.of(runtime, SandboxConfigs.logDirectory(now, context.node())),
                context.node().ips(),
                context.runtimeName().get(),
                resizer.conditions(now.getMetadata().getGeneration()),
                resizer.standing(),
                endings.failure());
    }

    /** Ends what runs; once nothing does, clears up and lets go of the object. */
    private void end(Pod now, RuntimePod runtime) throws IOException, InterruptedException {
        if (runtime.anythingRuns()) {
            probes.stopLiveness();
            killer.killAll(now, runtime, feed.podIp(runtime), endings.grace(now));
            tell(now, runtime, false);
            return; // the end of each container wakes us
        }
        if (!killer.dying().isEmpty()) return;
        if (!terminated) {
            for (Sandbox sandbox : runtime.sandboxes()) context.runtime().stopPodSandbox(sandbox.id());
            RuntimePod last = look();
            ended = true;
            tell(now, last, true);
            clearance.giveBack(now);
            probes.retain(Set.of());
            terminated = true;
            context.statuses().flush(uid);
            over.countDown();
        }
        if (!isUnwanted()) return; // ended by itself: its log and status stay until it is deleted
        context.statuses().flush(uid);
        if (!removed) clearance.deleteObject(now);
        clearance.removeTraces(now, look());
        gone = true;
    }
}
