package io.k8j.kubelet.runtime;

import java.time.Duration;
import java.util.List;

/**
 * What a container that is only played does. Immutable; each method answers a changed copy.
 *
 * @param starts what happens at the first start, the second and so on; the last one counts for all that follow
 * @param commands what commands within the container answer; the first that fits counts
 * @param cpuMillis thousandths of a core that it uses
 * @param memoryBytes memory that it uses
 * @param load what it uses later, in order of time
 * @param stops how long it takes to end after the stop signal
 */
public record ContainerScript(
        List<Start> starts,
        List<Command> commands,
        long cpuMillis,
        long memoryBytes,
        List<LoadStep> load,
        Duration stops) {
    /** Runs until it is stopped, at once then, and is always healthy. */
    public static final ContainerScript DEFAULT =
            new ContainerScript(List.of(Start.DEFAULT), List.of(), 10, 16L << 20, List.of(), Duration.ZERO);

    public ContainerScript {
        starts = starts.isEmpty() ? List.of(Start.DEFAULT) : List.copyOf(starts);
        commands = List.copyOf(commands);
        load = List.copyOf(load);
    }

    /** What it uses from some time after its start. */
    public record LoadStep(Duration after, Load load) {}

    /** One life of the container. */
    Start start(int attempt) {
        return starts.get(Math.min(attempt, starts.size() - 1));
    }

    /** What happens at the first start, the second and so on. */
    public ContainerScript starting(Start... lives) {
        return new ContainerScript(List.of(lives), commands, cpuMillis, memoryBytes, load, stops);
    }

    /** What a command answers. */
    public ContainerScript answering(String command, String output, int exitCode) {
        List<Command> more = new java.util.ArrayList<>(commands);
        more.add(new Command(command, output, "", exitCode, Duration.ZERO));
        return new ContainerScript(starts, more, cpuMillis, memoryBytes, load, stops);
    }

    /** What it uses from its start on. */
    public ContainerScript using(long newCpuMillis, long newMemoryBytes) {
        return new ContainerScript(starts, commands, newCpuMillis, newMemoryBytes, load, stops);
    }

    /** What it uses from some time after its start, in place of what it used before. */
    public ContainerScript usingLater(Duration after, long newCpuMillis, long newMemoryBytes) {
        List<LoadStep> steps = new java.util.ArrayList<>(load);
        steps.add(new LoadStep(after, new Load(newCpuMillis, newMemoryBytes)));
        return new ContainerScript(starts, commands, cpuMillis, memoryBytes, steps, stops);
    }

    /** How long it takes to end after the stop signal; beyond the grace period it is killed. */
    public ContainerScript stoppingIn(Duration span) {
        return new ContainerScript(starts, commands, cpuMillis, memoryBytes, load, span);
    }

    /**
     * One life.
     *
     * @param runs how long it lasts; null: until it is stopped
     * @param reason of the end; empty: {@code Completed} or {@code Error} by the exit code
     * @param message last words
     * @param startFailure why it cannot be started; empty if it can
     * @param log what it writes
     * @param started from when on startup probes succeed
     * @param ready while readiness probes succeed
     * @param live while liveness probes succeed
     */
    public record Start(
            Duration runs,
            int exitCode,
            String reason,
            String message,
            String startFailure,
            List<Line> log,
            Window started,
            Window ready,
            Window live) {
        public static final Start DEFAULT =
                new Start(null, 0, "", "", "", List.of(), Window.ALWAYS, Window.ALWAYS, Window.ALWAYS);

        public Start {
            log = List.copyOf(log);
        }

        /** Ends by itself. */
        public static Start running(Duration span, int exitCode) {
            return new Start(span, exitCode, "", "", "", List.of(), Window.ALWAYS, Window.ALWAYS, Window.ALWAYS);
        }

        public Start because(String newReason, String newMessage) {
            return new Start(runs, exitCode, newReason, newMessage, startFailure, log, started, ready, live);
        }

        /** Writes lines to standard output as soon as it runs. */
        public Start writing(String... lines) {
            List<Line> all = new java.util.ArrayList<>(log);
            for (String line : lines) all.add(new Line(Duration.ZERO, "stdout", line));
            return new Start(runs, exitCode, reason, message, startFailure, all, started, ready, live);
        }

        /** Is ready only from some time after its start. */
        public Start readyAfter(Duration span) {
            Window window = new Window(span, null);
            return new Start(runs, exitCode, reason, message, startFailure, log, started, window, live);
        }

        /** Fails its liveness probes from some time after its start. */
        public Start liveUntil(Duration span) {
            Window window = new Window(Duration.ZERO, span);
            return new Start(runs, exitCode, reason, message, startFailure, log, started, ready, window);
        }
    }

    /**
     * A part of a container's life.
     *
     * @param until null: to the end
     */
    public record Window(Duration after, Duration until) {
        public static final Window ALWAYS = new Window(Duration.ZERO, null);

        boolean contains(Duration age) {
            return age.compareTo(after) >= 0 && (until == null || age.compareTo(until) < 0);
        }
    }

    /** @param stream {@code stdout} or {@code stderr} */
    public record Line(Duration after, String stream, String text) {}

    /**
     * What a command answers.
     *
     * @param text the command's words with one space between them, or the beginning of it; empty fits all
     */
    public record Command(String text, String output, String error, int exitCode, Duration takes) {
        boolean fits(List<String> words) {
            String all = String.join(" ", words);
            return all.equals(text) || text.isEmpty() || all.startsWith(text + " ");
        }
    }
}
