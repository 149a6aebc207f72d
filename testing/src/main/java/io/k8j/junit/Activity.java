package io.k8j.junit;

import io.k8j.apiserver.ApiServer;
import io.k8j.client.ControllerLoop;
import io.k8j.controllers.ControllerManager;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.Verb;
import io.k8j.server.controlplane.ControlPlane;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Watches whether anything moves in a cluster: requests, revisions, watches, queues, workers of nodes. */
final class Activity {
    /** Clients outside the cluster, such as an operator that a test runs, send their next request within this time. */
    private static final Duration CALM = Duration.ofMillis(25);

    private static final Duration STEP = Duration.ofMillis(2);

    /** If other threads of this JVM never rest, it has to do that nothing has moved for this long. */
    private static final Duration DOUBT = Duration.ofSeconds(2);

    /** As long, when that was found several times in a row: then they are not this cluster's. */
    private static final Duration NO_MORE_DOUBT = Duration.ofMillis(10);

    private static final int DOUBTS = 3;

    /** Hand-overs from thread to thread between an event and the request it causes, at most. */
    private static final int TURNS = 8;

    private static final long SOON_NANOS = 20_000;
    private static final long POLL_NANOS = 200_000;

    /** While threads run, something moves; what it is need not be found out all the time, for that takes a processor. */
    private static final long LOOK_NANOS = 2_000_000;

    private static final Set<Verb> READS = EnumSet.of(Verb.GET, Verb.LIST, Verb.WATCH);

    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final VirtualThreads threads = new VirtualThreads();
    private final K8jCluster cluster;
    private final ControlPlane plane;

    // Of the one who waits; if there are several, an older value does no harm.
    private volatile State settled = new State(-1, -1, -1, "");
    private volatile int doubts; // in a row

    Activity(K8jCluster cluster, ControlPlane plane) {
        this.cluster = cluster;
        this.plane = plane;
    }

    void request(ApiCall call) {
        calls.incrementAndGet();
        if (isChange(call)) {
            changes.incrementAndGet();
        }
    }

    /** How many writes came so far, those excepted by which nodes and leaders show that they are alive. */
    long changes() {
        return changes.get();
    }

    private static boolean isChange(ApiCall call) {
        boolean reads = READS.contains(call.verb());
        String resource = call.resource().qualified();
        boolean alive = resource.equals("leases.coordination.k8s.io")
                || (resource.equals("nodes") && call.subresource().equals("status"));
        return !reads && !alive;
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

    /** What a wait for calm has found. */
    enum Calm {
        /** It still moved at the limit. */
        NONE,
        /** Nothing has moved for a while, but other threads of this JVM never came to rest. */
        LIKELY,
        /** Nothing that could move the cluster was under way. */
        CERTAIN
    }

    /** Waits until nothing moves, and until clients outside have had time to react to the last that did. */
    Calm awaitCalm(Duration limit) throws InterruptedException {
        return await(CALM, limit);
    }

    /** Waits until what a timer has woken is done. Clients outside get a little time if there was anything to be seen. */
    Calm awaitStep(Duration limit) throws InterruptedException {
        State now = state();
        boolean seen = now.calls != settled.calls || now.revision != settled.revision;
        return await(seen ? STEP : Duration.ZERO, limit);
    }

    /**
     * Calm is certain if all queues are empty and all virtual threads rest, twice in a row and with nothing changed in
     * between: what is handed from a virtual thread to one of the few others and back is then seen at one of the looks.
     */
    private Calm await(Duration calm, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        State before = state();
        long since = System.nanoTime();
        long looked = since;
        int certain = 0;
        int turns = 0;
        while (true) {
            LockSupport.parkNanos(System.nanoTime() - since < POLL_NANOS ? SOON_NANOS : POLL_NANOS);
            boolean rested = threads.atRest();
            if (!rested && System.nanoTime() - looked < LOOK_NANOS) {
                certain = 0;
                continue;
            }
            looked = System.nanoTime();
            State now = state();
            rested &= threads.atRest();
            long still = System.nanoTime() - since;
            if (!now.equals(before) || !now.busy().isEmpty()) {
                before = now;
                since = System.nanoTime();
                certain = 0;
                turns = 0;
            } else {
                certain = rested ? certain + 1 : 0;
                if (certain >= 2 && still >= calm.toNanos()) {
                    return settled(now, Calm.CERTAIN);
                }
                if (still >= calm.plus(doubts < DOUBTS ? DOUBT : NO_MORE_DOUBT).toNanos()) {
                    letOthersRun();
                    if (++turns >= TURNS) {
                        return settled(now, Calm.LIKELY);
                    }
                }
            }
            if (System.nanoTime() > deadline) {
                return Calm.NONE;
            }
        }
    }

    private Calm settled(State now, Calm calm) {
        settled = now;
        doubts = calm == Calm.CERTAIN ? 0 : doubts + 1;
        return calm;
    }
}
