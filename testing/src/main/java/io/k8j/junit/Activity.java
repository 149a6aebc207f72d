package io.k8j.junit;

import io.k8j.apiserver.ApiServer;
import io.k8j.client.ControllerLoop;
import io.k8j.controllers.ControllerManager;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.server.controlplane.ControlPlane;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Watches whether anything moves in a cluster: requests, revisions, watches, queues, workers of nodes. */
final class Activity {
    /** Work that was woken sends its first request well within this time. */
    private static final Duration CALM = Duration.ofMillis(25);

    /** Hand-overs from thread to thread between an event and the request it causes, at most. */
    private static final int TURNS = 8;

    private static final Duration STEP = Duration.ofMillis(2);
    private static final int STEP_TURNS = 4;
    private static final long POLL_NANOS = 200_000;

    private final AtomicLong calls = new AtomicLong();
    private final K8jCluster cluster;
    private final ControlPlane plane;

    Activity(K8jCluster cluster, ControlPlane plane) {
        this.cluster = cluster;
        this.plane = plane;
    }

    void request() {
        calls.incrementAndGet();
    }

    /** @param busy what has work before it, in words; empty if nothing has */
    private record State(long calls, long revision, long runs, String busy) {}

    private State state() {
        StringJoiner busy = new StringJoiner(", ");
        ApiServer server = plane.apiServer();
        if (server != null && server.core().isDelivering()) {
            busy.add("watches");
        }
        long runs = 0;
        if (plane.scheduler() != null && !plane.scheduler().isIdle()) {
            busy.add("scheduler");
        }
        ControllerManager controllers = plane.controllers();
        if (controllers != null) {
            if (!controllers.isStarted()) {
                busy.add("controllers that start");
            }
            for (Map.Entry<String, List<ControllerLoop.Metrics>> controller :
                    controllers.metrics().entrySet()) {
                for (ControllerLoop.Metrics loop : controller.getValue()) {
                    runs += loop.runs();
                    if (loop.depth() + loop.running() > 0) {
                        busy.add("controller " + controller.getKey());
                    }
                }
            }
        }
        for (ControllerLoop.Metrics rounds : plane.usageRounds()) {
            runs += rounds.runs();
            if (rounds.depth() + rounds.running() > 0) busy.add("metrics-server");
        }
        cluster.nodes().stream().filter(node -> !node.isIdle()).forEach(node -> busy.add("node " + node.name()));
        if (!cluster.lightNodes().map(Fleet::isIdle).orElse(true)) {
            busy.add("light nodes");
        }
        return new State(calls.get(), server == null ? 0 : server.core().revision(), runs, busy.toString());
    }

    /** What moves now, in words. */
    String busy() {
        String busy = state().busy();
        return busy.isEmpty() ? "requests come one after the other" : busy;
    }

    /** Virtual threads run first come, first served: when a new one has run, those that were runnable have run, too. */
    private static void letOthersRun() throws InterruptedException {
        Thread.ofVirtual().start(Thread::yield).join();
    }

    /** Waits until nothing has moved for a while of the machine's time. False if it still moves at the limit. */
    boolean awaitCalm(Duration limit) throws InterruptedException {
        return awaitCalm(CALM, TURNS, limit);
    }

    /** Waits until what a timer has woken is done, as far as it does not come to rest in between. */
    void awaitStep(Duration limit) throws InterruptedException {
        awaitCalm(STEP, STEP_TURNS, limit);
    }

    /** Calm is a while without movement in which whatever was about to run has had its turn several times. */
    private boolean awaitCalm(Duration calm, int least, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        State before = state();
        long since = System.nanoTime();
        int turns = 0;
        while (true) {
            LockSupport.parkNanos(POLL_NANOS);
            letOthersRun();
            turns++;
            State now = state();
            long at = System.nanoTime();
            if (!now.equals(before) || !now.busy().isEmpty()) {
                before = now;
                since = at;
                turns = 0;
            } else if (at - since >= calm.toNanos() && turns >= least) {
                return true;
            }
            if (at > deadline) {
                return false;
            }
        }
    }
}
