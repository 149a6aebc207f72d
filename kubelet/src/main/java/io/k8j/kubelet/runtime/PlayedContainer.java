package io.k8j.kubelet.runtime;

import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.probes.Probes;
import io.k8j.kubelet.runtime.ContainerScript.Command;
import io.k8j.kubelet.runtime.ContainerScript.Line;
import io.k8j.kubelet.runtime.ContainerScript.Start;
import io.k8j.kubelet.runtime.ContainerScript.Window;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** One life of one container, played by its script. Safe for all threads; calls no one while it holds its lock. */
final class PlayedContainer {
    private final Time time;
    private final String sandbox;
    private final ContainerScript script;
    private final Start start;
    private final PlayedLog log;
    private final List<Time.Timer> timers = new ArrayList<>(); // guarded by this
    private ContainerStatus status; // guarded by this
    private Instant startedAt; // guarded by this; null before
    private LoadCurve load; // guarded by this

    PlayedContainer(Time time, String sandbox, ContainerScript script, ContainerStatus created, PlayedLog log) {
        this.time = time;
        this.sandbox = sandbox;
        this.script = script;
        this.start = script.start(created.getMetadata().getAttempt());
        this.status = created;
        this.load = LoadCurve.of(script);
        this.log = log;
    }

    String sandbox() {
        return sandbox;
    }

    ContainerScript script() {
        return script;
    }

    /** Why it cannot be started; empty if it can. */
    String startFailure() {
        return start.startFailure();
    }

    synchronized ContainerStatus status() {
        return status;
    }

    synchronized boolean isRunning() {
        return status.getState() == ContainerState.CONTAINER_RUNNING;
    }

    /** Begins to run; {@code onEnd} is called with exit code and reason when the script ends it. */
    synchronized void run(BiConsumer<Integer, String> onEnd) {
        startedAt = time.instant();
        status = status.toBuilder()
                .setState(ContainerState.CONTAINER_RUNNING)
                .setStartedAt(nanos(startedAt))
                .build();
        for (Line line : start.log()) {
            if (line.after().isZero()) log.write(line);
            else timers.add(time.after(line.after(), () -> writeWhileRunning(line)));
        }
        turns().forEach(age -> timers.add(time.after(age, () -> {}))); // clocks that are moved do not pass over them
        if (start.runs() != null) {
            timers.add(time.after(start.runs(), () -> onEnd.accept(start.exitCode(), start.reason())));
        }
    }

    /** Ages at which others find something else than before when they look. */
    private Set<Duration> turns() {
        Set<Duration> turns = new TreeSet<>(load.turns());
        for (Window window : List.of(start.started(), start.ready(), start.live())) {
            turns.add(window.after());
            if (window.until() != null) turns.add(window.until());
        }
        turns.remove(Duration.ZERO);
        return turns;
    }

    private void writeWhileRunning(Line line) {
        if (isRunning()) log.write(line);
    }

    /** False if it does not run. */
    synchronized boolean end(int code, String reason) {
        if (status.getState() != ContainerState.CONTAINER_RUNNING) return false;
        timers.forEach(Time.Timer::cancel);
        timers.clear();
        status = status.toBuilder()
                .setState(ContainerState.CONTAINER_EXITED)
                .setFinishedAt(nanos(time.instant()))
                .setExitCode(code)
                .setReason(reason.isEmpty() ? (code == 0 ? "Completed" : "Error") : reason)
                .setMessage(start.message())
                .build();
        return true;
    }

    /** The image as its Pod names it. */
    synchronized String image() {
        return status.getImage().getUserSpecifiedImage();
    }

    /** Uses that much from now on, whatever its script says. */
    synchronized void use(Load now) {
        load = startedAt == null ? LoadCurve.constant(now) : load.then(age(), now);
    }

    synchronized Load load() {
        return load.at(age());
    }

    /** Processor time since its start. */
    synchronized long cpuNanos() {
        return startedAt == null ? 0 : load.cpuNanos(age());
    }

    /** How long it has run. */
    synchronized Duration age() {
        return startedAt == null ? Duration.ZERO : Duration.between(startedAt, time.instant());
    }

    boolean isHealthy(Probes.Type type) {
        Window window = switch (type) {
            case STARTUP -> start.started();
            case READINESS -> start.ready();
            case LIVENESS -> start.live();
        };
        return isRunning() && window.contains(age());
    }

    Optional<Command> command(List<String> words) {
        return script.commands().stream().filter(command -> command.fits(words)).findFirst();
    }

    static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }
}
