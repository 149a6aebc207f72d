package io.k8j.kubelet.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Runs the probes of one Pod's containers and remembers what they show. Nothing but the startup probe runs until that
 * has succeeded. Thread-safe; each change of a result wakes the Pod's worker.
 */
public final class Probes implements AutoCloseable {
    /** The kinds of probes. */
    public enum Type {
        STARTUP("Startup"),
        LIVENESS("Liveness"),
        READINESS("Readiness");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** Hears of bad and of doubtful results. */
    @FunctionalInterface
    public interface Reporter {
        /** A probe failed, could not be carried out, or says something strange; as the event says it. */
        void report(Container container, String reason, String message);
    }

    /** One running container under observation. Guarded by the enclosing object. */
    private static final class Observed {
        private final Container container;
        private final String id;
        private final Instant startedAt;
        private final String podIp;
        private final Map<Type, ProbeLoop> loops = new HashMap<>();
        private boolean started;
        private boolean ready;
        private String unhealthy;

        Observed(Container container, String id, Instant startedAt, String podIp) {
            this.container = container;
            this.id = id;
            this.startedAt = startedAt;
            this.podIp = podIp;
        }
    }

    private final Pod pod;
    private final Actions actions;
    private final Time time;
    private final Reporter reporter;
    private final Runnable wake;
    private final Map<String, Observed> observed = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    /**
     * Observes nothing yet.
     *
     * @param pod whose containers will be observed
     */
    public Probes(Pod pod, Actions actions, Time time, Reporter reporter, Runnable wake) {
        this.pod = pod;
        this.actions = actions;
        this.time = time;
        this.reporter = reporter;
        this.wake = wake;
    }

    /**
     * Begins to observe a running container; does nothing if it is observed already.
     *
     * @param knownStarted whether it is known to have started, from before this node agent's restart
     * @param knownReady whether it is known to be ready, likewise
     */
    public synchronized void observe(
            Container container, String id, Instant startedAt, String podIp, boolean knownStarted, boolean knownReady) {
        if (closed || observed.containsKey(id)) return;
        Observed entry = new Observed(container, id, startedAt, podIp);
        observed.put(id, entry);
        entry.ready = knownReady || container.getReadinessProbe() == null;
        if (container.getStartupProbe() == null || knownStarted) started(entry);
        else begin(entry, Type.STARTUP, container.getStartupProbe());
    }

    private void started(Observed entry) {
        entry.started = true;
        if (entry.container.getLivenessProbe() != null) {
            begin(entry, Type.LIVENESS, entry.container.getLivenessProbe());
        }
        if (entry.container.getReadinessProbe() != null) {
            begin(entry, Type.READINESS, entry.container.getReadinessProbe());
        }
    }

    private void begin(Observed entry, Type type, Probe probe) {
        Duration delay =
                Duration.ofSeconds(probe.getInitialDelaySeconds() == null ? 0 : probe.getInitialDelaySeconds());
        Duration first = Duration.between(time.instant(), entry.startedAt.plus(delay));
        if (first.compareTo(delay) > 0) first = delay; // the clock was put back since the start
        ProbeLoop loop = new ProbeLoop(
                probe,
                () -> actions.probe(type, probe, entry.container, entry.id, entry.podIp),
                time,
                actions.metrics().of(type, entry.container.getName(), pod),
                (good, crossed, result) -> seen(entry, type, good, crossed, result));
        entry.loops.put(type, loop);
        loop.start(first.isNegative() ? Duration.ZERO : first);
    }

    /** Takes a result; {@code crossed} if the threshold for it is reached. */
    private void seen(Observed entry, Type type, boolean good, boolean crossed, ProbeResult result) {
        if (!good) {
            String what = result.kind() == ProbeResult.Kind.ERROR ? "errored and resulted in unknown state" : "failed";
            reporter.report(
                    entry.container, "Unhealthy", "%s probe %s: %s".formatted(type.word(), what, result.output()));
        } else if (result.kind() == ProbeResult.Kind.WARNING) {
            String text = "%s probe warning: %s".formatted(type.word(), result.output());
            reporter.report(entry.container, "ProbeWarning", text);
        }
        if (!crossed) return;
        synchronized (this) {
            if (observed.get(entry.id) != entry) return;
            switch (type) {
                case STARTUP -> {
                    if (good) {
                        if (entry.started) return;
                        entry.loops.get(Type.STARTUP).close();
                        started(entry);
                    } else {
                        entry.unhealthy = "startup";
                    }
                }
                case LIVENESS -> {
                    if (good) return;
                    entry.unhealthy = "liveness";
                }
                case READINESS -> {
                    if (entry.ready == good) return;
                    entry.ready = good;
                }
            }
            // What is about to be killed is asked no more.
            if (entry.unhealthy != null) entry.loops.values().forEach(ProbeLoop::close);
        }
        wake.run();
    }

    /** Stops observing all containers but these. */
    public synchronized void retain(Set<String> ids) {
        observed.values().removeIf(entry -> {
            boolean gone = !ids.contains(entry.id);
            if (gone) entry.loops.values().forEach(ProbeLoop::close);
            return gone;
        });
    }

    /** Stops startup and liveness probes, since the Pod is being ended; readiness goes on. */
    public synchronized void stopLiveness() {
        for (Observed entry : observed.values()) {
            entry.loops.forEach((type, loop) -> {
                if (type != Type.READINESS) loop.close();
            });
            entry.unhealthy = null;
        }
    }

    /** Ids of containers whose startup probe has succeeded, or that have none. */
    public synchronized Set<String> started() {
        Set<String> ids = new HashSet<>();
        for (Observed entry : observed.values()) if (entry.started) ids.add(entry.id);
        return ids;
    }

    /** Ids of containers whose readiness probe succeeds, or that have none. */
    public synchronized Set<String> ready() {
        Set<String> ids = new HashSet<>();
        for (Observed entry : observed.values()) if (entry.ready) ids.add(entry.id);
        return ids;
    }

    /** Which probe condemned a container, by its id: {@code liveness} or {@code startup}. */
    public synchronized Map<String, String> unhealthy() {
        Map<String, String> result = new HashMap<>();
        for (Observed entry : observed.values()) {
            if (entry.unhealthy != null) result.put(entry.id, entry.unhealthy);
        }
        return result;
    }

    @Override
    public synchronized void close() {
        closed = true;
        retain(Set.of());
    }
}
