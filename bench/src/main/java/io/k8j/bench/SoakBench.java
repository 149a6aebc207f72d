package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.schedule.BenchNodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code k8j bench soak}: objects come, change and go for a long time at a fixed rate, while the number that exist stays
 * the same. What grows nevertheless is a leak.
 */
@Command(
        name = "soak",
        description = "Churn for minutes and report what grows: memory, disk, latency of watches.",
        mixinStandardHelpOptions = true)
public final class SoakBench implements Callable<Integer> {
    private static final double DEFAULT_RATE = 200;

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "How long (default: ${DEFAULT-VALUE}); --seconds does not count.",
            defaultValue = "30")
    private double minutes;

    @Option(
            names = "--intervals",
            paramLabel = "N",
            description = "Lines of the report (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    private int intervals;

    @Option(
            names = "--objects",
            paramLabel = "N",
            description = "Objects of each kind that exist at a time (default: ${DEFAULT-VALUE}).",
            defaultValue = "500")
    private int objects;

    @Override
    public Integer call() throws InterruptedException {
        if (intervals < 2 || minutes <= 0 || objects < 1) {
            throw new io.k8j.server.UserException("--minutes and --objects must be more than 0, --intervals 2 or more");
        }
        Target target = options.target();
        double rate = options.rate() > 0 ? options.rate() : DEFAULT_RATE;
        Duration each = Duration.ofNanos((long) (minutes * 60e9 / intervals));
        Report report = new Report("soak");
        ServerCpu cpu = ServerCpu.of(target);
        try (Workspace workspace = Workspace.open(target, options.progress());
                LoadGenerator readers = new LoadGenerator(target)) {
            SoakLoad load = new SoakLoad(workspace, objects);
            SoakLatency latency = new SoakLatency();
            ServerState state = new ServerState(workspace.generator(), cpu, options.dataDir());
            try (WatchStream stream = readers.watch(workspace.path("configmaps") + "?watch=true", latency)) {
                stream.awaitOpen();
                List<ServerState.Sample> samples = new ArrayList<>();
                for (int i = 0; i < intervals; i++) {
                    options.progress().phase("interval %d of %d".formatted(i + 1, intervals), 0);
                    var before = cpu.nanos();
                    Outcome outcome = workspace.generator().run(load, options.connections(), each, rate);
                    report.outcome("interval " + (i + 1), outcome, before, cpu.nanos());
                    Map<String, Object> row = report.last();
                    Latencies seen = latency.take();
                    row.put("watchP50Millis", Report.rounded(seen.percentile(0.5)));
                    row.put("watchP99Millis", Report.rounded(seen.percentile(0.99)));
                    ServerState.Sample sample = state.read();
                    sample.into(row);
                    samples.add(sample);
                }
                growth(report, samples);
            }
        }
        options.print(report);
        return 0;
    }

    /** Compares the second half with the first; the very beginning is the server growing to its size. */
    private static void growth(Report report, List<ServerState.Sample> samples) {
        Map<String, Object> row = report.row("growth, last against middle");
        row.put("operations", (long) samples.size());
        samples.getLast().against(samples.get(samples.size() / 2), row);
    }

    /** Creates, replaces, patches and deletes ConfigMaps, Pods that nobody schedules, and Secrets, in turn. */
    static final class SoakLoad implements LoadGenerator.Source {
        private static final int BEHIND = 25; // more than there are requests under way
        private final Workspace workspace;
        private final int objects;
        private final List<String> paths;
        private int number;

        /** @param objects of each kind that exist at a time; at least 50 */
        SoakLoad(Workspace workspace, int objects) {
            this.workspace = workspace;
            this.objects = Math.max(objects, 2 * BEHIND);
            this.paths = List.of("configmaps", "secrets", "pods");
        }

        @Override
        public Call next(int connection) {
            int turn = number++;
            int kind = turn % paths.size();
            String path = workspace.path(paths.get(kind));
            int step = turn / paths.size();
            int newest = step / 4;
            if (step % 4 == 0) return Call.json("POST", path, body(kind, "soak-" + newest));
            if (newest < BEHIND) return Call.get(path + "?limit=1"); // nothing is surely there yet
            if (step % 4 == 3 && newest >= objects) {
                return Call.json("DELETE", path + "/soak-" + (newest - objects), null);
            }
            return BenchNodes.merge(
                    path + "/soak-" + (newest - BEHIND),
                    "{\"metadata\":{\"annotations\":{\"bench.k8j.io/sent\":\"" + System.nanoTime() + "\"}}}");
        }

        private static byte[] body(int kind, String name) {
            return switch (kind) {
                case 0 -> Samples.configMap(name, 1024, "0");
                case 1 -> Samples.secret(name);
                default -> Samples.pod(name, "example.test/none:1", "nobody");
            };
        }
    }

    /** Reads from each changed ConfigMap when its change was sent. On the event loop, but for {@link #take}. */
    static final class SoakLatency implements WatchStream.Listener {
        private static final byte[] MARK =
                "\"bench.k8j.io/sent\":\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        private Latencies latencies = new Latencies();

        @Override
        public synchronized void line(byte[] json) {
            long now = System.nanoTime();
            if (json.length < 20 || json[9] != 'M') return; // only MODIFIED tells of a change just sent
            long sent = Samples.numberAfter(json, MARK);
            if (sent > 0) latencies.record(now - sent);
        }

        synchronized Latencies take() {
            Latencies full = latencies;
            latencies = new Latencies();
            return full;
        }
    }
}
