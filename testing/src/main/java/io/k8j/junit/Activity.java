package io.k8j.junit;

import io.k8j.apiserver.ApiServer;
import io.k8j.client.ControllerLoop;
import io.k8j.controllers.ControllerManager;
import io.k8j.server.controlplane.ControlPlane;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Watches whether anything moves in a cluster: requests, revisions, queues. */
final class Activity {
    /** Work that was woken sends its first request well within this time. */
    private static final Duration CALM = Duration.ofMillis(25);

    private final AtomicLong calls = new AtomicLong();
    private final ControlPlane plane;

    Activity(ControlPlane plane) {
        this.plane = plane;
    }

    void request() {
        calls.incrementAndGet();
    }

    private record State(long calls, long revision, long runs, boolean queued) {}

    private State state() {
        ApiServer server = plane.apiServer();
        ControllerManager controllers = plane.controllers();
        long runs = 0;
        boolean queued = false;
        if (controllers != null) {
            for (List<ControllerLoop.Metrics> loops : controllers.metrics().values()) {
                for (ControllerLoop.Metrics loop : loops) {
                    runs += loop.runs();
                    queued |= loop.depth() > 0;
                }
            }
        }
        return new State(calls.get(), server == null ? 0 : server.core().revision(), runs, queued);
    }

    /** Waits until nothing has moved for a while of the machine's time. False if it still moves at the limit. */
    boolean awaitCalm(Duration limit) throws InterruptedException {
        return awaitCalm(CALM, limit);
    }

    boolean awaitCalm(Duration calm, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        State before = state();
        long since = System.nanoTime();
        while (true) {
            Thread.sleep(1);
            State now = state();
            long at = System.nanoTime();
            if (!now.equals(before) || now.queued()) {
                before = now;
                since = at;
            } else if (at - since >= calm.toNanos()) {
                return true;
            }
            if (at > deadline) {
                return false;
            }
        }
    }
}
