package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.LoadGenerator.Source;
import io.k8j.server.UserException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j bench watch}: patches objects that many clients watch, and counts what reaches them. */
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
        List<WatchStream> streams = new ArrayList<>();
        try (Workspace workspace = Workspace.open(target, options.progress());
                LoadGenerator readers = new LoadGenerator(target)) {
            String path = workspace.path("configmaps");
            workspace.bulk(OBJECTS, 8, i -> Call.json("POST", path, Samples.configMap("w-" + i, 600, "0")));
            for (int i = 0; i < OBJECTS; i++) {
                if (!workspace.has(path + "/w-" + i)) throw new UserException("object w-" + i + " is missing");
            }
            LongAdder arrived = new LongAdder();
            WatchStream.Listener counter = new WatchStream.Listener() {
                @Override
                public boolean wantsLines() {
                    return false;
                }

                @Override
                public void events(int count) {
                    arrived.add(count);
                }
            };
            for (int i = 0; i < watchers; i++) {
                streams.add(readers.watch(path + "?watch=true", counter));
            }
            for (WatchStream stream : streams) {
                stream.awaitOpen();
            }
            awaitCount(arrived, (long) watchers * OBJECTS); // the present state comes first
            long first = arrived.sum();
            Source patches = patches(path);
            options.progress().phase("warm up: patch, watched by " + watchers, 0);
            Outcome warm = workspace.generator().run(patches, options.connections(), options.warmUp());
            first += warm.done() * watchers;
            awaitCount(arrived, first);
            options.progress().phase("patch, watched by " + watchers, 0);
            OptionalLong before = cpu.nanos();
            long begin = System.nanoTime();
            Outcome patched =
                    workspace.generator().run(patches, options.connections(), options.duration(), options.rate());
            awaitCount(arrived, first + patched.done() * watchers);
            double seconds = (System.nanoTime() - begin) / 1e9;
            OptionalLong after = cpu.nanos();
            report.outcome("patch, watched by " + watchers, patched, before, after);
            Map<String, Object> row = report.row("events delivered");
            long events = arrived.sum() - first;
            row.put("operations", events);
            row.put("perSecond", Report.rounded(events / seconds));
            if (before.isPresent() && after.isPresent()) {
                row.put(
                        "serverMicrosPerOperation",
                        Report.rounded((after.getAsLong() - before.getAsLong()) / 1000.0 / Math.max(1, events)));
            }
            streams.forEach(WatchStream::close);
        }
        options.print(report);
        return 0;
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
