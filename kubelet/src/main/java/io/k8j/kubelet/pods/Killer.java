package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.pods.config.ContainerConfigs;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.ContainerRef.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends containers of one Pod in the background: preStop hook, its turn, stop signal, grace period, kill. Thread-safe. */
final class Killer {
    private static final Logger log = LoggerFactory.getLogger(Killer.class);
    /** What a container gets at least, however little its grace period is or has left. */
    static final Duration LEAST_GRACE = Duration.ofSeconds(2);

    private final PodContext context;
    private final Runnable wake;
    private final Map<String, Duration> dying = new ConcurrentHashMap<>();

    Killer(PodContext context, Runnable wake) {
        this.context = context;
        this.wake = wake;
    }

    /** Ids of containers that are being ended. */
    Set<String> dying() {
        return Set.copyOf(dying.keySet());
    }

    /**
     * Begins to end one container, unless that is under way with no longer grace.
     *
     * @param message for the event
     */
    void kill(Pod pod, ContainerRef ref, RuntimeContainer container, String podIp, Duration grace, String message) {
        begin(pod, ref, container, podIp, grace, message, List.of());
    }

    /** Begins to end all containers: sidecars after the others, each after those that stand behind it. */
    void killAll(Pod pod, RuntimePod runtime, String podIp, Duration grace) {
        List<CountDownLatch> mains = new ArrayList<>();
        List<ContainerRef> sidecars = new ArrayList<>();
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (ref.kind() == Kind.SIDECAR) sidecars.addFirst(ref);
            else mains.addAll(killRuns(pod, ref, runtime, podIp, grace, List.of()));
        }
        List<CountDownLatch> before = mains;
        for (ContainerRef ref : sidecars) {
            List<CountDownLatch> mine = killRuns(pod, ref, runtime, podIp, grace, List.copyOf(before));
            if (!mine.isEmpty()) before = mine;
        }
        Set<String> known = Set.copyOf(
                ContainerRef.allOf(pod).stream().map(ContainerRef::name).toList());
        for (RuntimeContainer stray : runtime.containers()) {
            if (stray.running() && !known.contains(stray.name())) stop(stray.id(), grace);
        }
    }

    private List<CountDownLatch> killRuns(
            Pod pod, ContainerRef ref, RuntimePod runtime, String podIp, Duration grace, List<CountDownLatch> first) {
        return runtime.runs(ref.name()).stream()
                .filter(RuntimeContainer::running)
                .map(run -> begin(pod, ref, run, podIp, grace, "Stopping container " + ref.name(), first))
                .toList();
    }

    private CountDownLatch begin(
            Pod pod,
            ContainerRef ref,
            RuntimeContainer container,
            String podIp,
            Duration grace,
            String message,
            List<CountDownLatch> first) {
        CountDownLatch over = new CountDownLatch(1);
        Duration before = dying.get(container.id());
        if (before != null && before.compareTo(grace) <= 0) {
            over.countDown();
            return over;
        }
        dying.put(container.id(), grace);
        boolean again = before != null;
        if (!again) context.events().normal(pod, ref, "Killing", message);
        Thread.ofVirtual().name("kill").start(() -> {
            try {
                run(pod, ref, container, podIp, grace, first, again);
            } finally {
                dying.remove(container.id(), grace);
                over.countDown();
                wake.run();
            }
        });
        return over;
    }

    private void run(
            Pod pod,
            ContainerRef ref,
            RuntimeContainer container,
            String podIp,
            Duration grace,
            List<CountDownLatch> first,
            boolean again) {
        long begun = context.time().nanoTime();
        LifecycleHandler hook = ref.container().getLifecycle() == null
                ? null
                : ref.container().getLifecycle().getPreStop();
        // A sidecar's hook does not wait for its turn: only its end does.
        if (hook != null && !again && grace.isPositive()) preStop(pod, ref, hook, container, podIp, grace);
        await(first, grace.minusNanos(context.time().nanoTime() - begun));
        Duration left = grace.minusNanos(context.time().nanoTime() - begun);
        stop(container.id(), left.compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : left);
    }

    private static void await(List<CountDownLatch> first, Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            for (CountDownLatch latch : first) {
                if (!latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void preStop(
            Pod pod,
            ContainerRef ref,
            LifecycleHandler hook,
            RuntimeContainer container,
            String podIp,
            Duration limit) {
        CountDownLatch over = new CountDownLatch(1);
        Thread runner = Thread.ofVirtual().name("pre-stop").start(() -> {
            String failure = context.actions()
                    .hook(hook, ContainerConfigs.text(pod), ref.container(), container.id(), podIp, limit, text -> {
                        context.nodeMetrics().hookFellBack();
                        context.events().warning(pod, "LifecycleHTTPFallback", text);
                    });
            if (!failure.isEmpty()) context.events().warning(pod, ref, "FailedPreStopHook", "PreStopHook failed");
            over.countDown();
        });
        try {
            if (!over.await(limit.toNanos(), TimeUnit.NANOSECONDS)) runner.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(String id, Duration grace) {
        try {
            context.runtime().stopContainer(id, grace);
        } catch (RuntimeFailure e) {
            log.atWarn()
                    .addKeyValue("container", id)
                    .addKeyValue("cause", e.getMessage())
                    .log("container not stopped");
        }
    }
}
