package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.LoadGenerator.Source;
import io.k8j.server.UserException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code k8j bench watch}: patches objects that many clients watch, and counts what reaches them. Then it patches with
 * nobody watching: what the server needs less for a patch is what its events cost by themselves.
 */
@Command(name = "watch", description = "Change objects that many clients watch.", mixinStandardHelpOptions = true)
public final class WatchBench implements Callable<Integer> {
    private static final int OBJECTS = 100;

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--watchers",
            paramLabel = "N",
            description = "How many clients watch (default: ${DEFAULT-VALUE}).",
            defaultValue = "50")
    private int watchers;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        ServerCpu cpu = ServerCpu.of(target);
        Report report = new Report("watch");
        try (Workspace workspace = Workspace.open(target, options.progress());
                LoadGenerator readers = new LoadGenerator(target)) {
            String path = workspace.path("configmaps");
            workspace.bulk(OBJECTS, 8, i -> Call.json("POST", path, Samples.configMap("w-" + i, 600, "0")));
            for (int i = 0; i < OBJECTS; i++) {
                if (!workspace.has(path + "/w-" + i)) throw new UserException("object w-" + i + " is missing");
            }
            Source patches = patches(path);
            Part watched = watched(workspace.generator(), readers, path, patches, cpu);
            options.progress().phase("patch, watched by nobody", 0);
            Part alone = part(workspace.generator(), patches, options.rate(), cpu, patched -> 0);
            report.outcome("patch, watched by " + watchers, watched.patched, watched.before, watched.after);
            delivered(report, "events delivered, with their patches", watched, watched.micros());
            report.outcome("patch, watched by nobody", alone.patched, alone.before, alone.after);
            delivered(report, "events delivered, by themselves", watched, watched.beyond(alone));
        }
        options.print(report);
        return 0;
    }

    /** Opens the watches, patches until they are warm, and measures; the watches are closed afterwards. */
    private Part watched(LoadGenerator writers, LoadGenerator readers, String path, Source patches, ServerCpu cpu)
            throws InterruptedException {
        LongAdder arrived = new LongAdder();
        List<WatchStream> streams = new ArrayList<>();
        try {
            for (int i = 0; i < watchers; i++) streams.add(readers.watch(path + "?watch=true", counting(arrived)));
            for (WatchStream stream : streams) stream.awaitOpen();
            awaitCount(arrived, (long) watchers * OBJECTS); // the present state comes first
            options.progress().phase("warm up: patch, watched by " + watchers, 0);
            Outcome warm = writers.run(patches, options.connections(), options.warmUp());
            long first = (long) watchers * OBJECTS + warm.done() * watchers;
            awaitCount(arrived, first);
            options.progress().phase("patch, watched by " + watchers, 0);
            return part(writers, patches, options.rate(), cpu, patched -> {
                awaitCount(arrived, first + patched * watchers);
                return arrived.sum() - first;
            });
        } finally {
            streams.forEach(WatchStream::close);
        }
    }

    /**
     * Patches for as long as one measurement takes.
     *
     * @param rate patches a second; 0 for as many as it takes
     * @param events waits for what so many patches bring and counts it
     */
    private Part part(LoadGenerator writers, Source patches, double rate, ServerCpu cpu, Events events)
            throws InterruptedException {
        OptionalLong before = cpu.nanos();
        long begin = System.nanoTime();
        Outcome patched = writers.run(patches, options.connections(), options.duration(), rate);
        long arrived = events.await(patched.done());
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Part(patched, arrived, seconds, before, cpu.nanos());
    }

    private interface Events {
        long await(long patched) throws InterruptedException;
    }

    /**
     * What one measurement came to.
     *
     * @param seconds how long it took, until the last event was there
     * @param before the server's processor time in nanoseconds at its begin, if known
     * @param after the same at its end
     */
    private record Part(Outcome patched, long events, double seconds, OptionalLong before, OptionalLong after) {
        /** The server's processor time in microseconds. */
        OptionalDouble micros() {
            return before.isPresent() && after.isPresent()
                    ? OptionalDouble.of((after.getAsLong() - before.getAsLong()) / 1000.0)
                    : OptionalDouble.empty();
        }

        /** The microseconds that this took beyond as many patches of another part. */
        OptionalDouble beyond(Part other) {
            if (micros().isEmpty() || other.micros().isEmpty() || other.patched.done() == 0) {
                return OptionalDouble.empty();
            }
            double patches = other.micros().getAsDouble() * patched.done() / other.patched.done();
            return OptionalDouble.of(micros().getAsDouble() - patches);
        }
    }

    private static WatchStream.Listener counting(LongAdder arrived) {
        return new WatchStream.Listener() {
            @Override
            public boolean wantsLines() {
                return false;
            }

            @Override
            public void events(int count) {
                arrived.add(count);
            }
        };
    }

    private static void delivered(Report report, String name, Part part, OptionalDouble micros) {
        Map<String, Object> row = report.row(name);
        row.put("operations", part.events);
        row.put("perSecond", Report.rounded(part.events / part.seconds));
        micros.ifPresent(all -> row.put("serverMicrosPerOperation", Report.rounded(all / Math.max(1, part.events))));
    }

    private static Source patches(String path) {
        AtomicInteger turn = new AtomicInteger();
        return c -> {
            int number = turn.getAndIncrement();
            return new Call(
                    "PATCH",
                    path + "/w-" + number % OBJECTS,
                    "application/merge-patch+json",
                    ("{\"data\":{\"value\":\"n" + number + "\"}}").getBytes(StandardCharsets.US_ASCII));
        };
    }

    private static void awaitCount(LongAdder counter, long wanted) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (counter.sum() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new UserException(
                        "only %d of %d events have arrived after 60 s".formatted(counter.sum(), wanted));
            }
            Thread.sleep(1);
        }
    }
}
