package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j bench schedule}: Pods onto nodes that exist only in the API, end to end. */
@Command(
        name = "schedule",
        description = "Schedule Pods onto nodes that exist only in the API.",
        mixinStandardHelpOptions = true)
public final class ScheduleBench implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "Nodes (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000")
    private int nodes;

    @Option(
            names = "--pods",
            paramLabel = "N",
            description = "Pods (default: ${DEFAULT-VALUE}).",
            defaultValue = "5000")
    private int pods;

    @Option(
            names = "--limit",
            paramLabel = "S",
            description = "Seconds after which it is given up (default: ${DEFAULT-VALUE}).",
            defaultValue = "300")
    private int limit;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        ServerCpu cpu = ServerCpu.of(target);
        Report report = new Report("schedule");
        try (Workspace workspace = Workspace.open(target);
                LoadGenerator reader = new LoadGenerator(target)) {
            String prefix = workspace.namespace() + "-";
            try {
                Outcome made = workspace.bulk(
                        nodes,
                        options.connections(),
                        i -> Call.json("POST", "/api/v1/nodes", Samples.node(prefix + i)));
                report.outcome("create " + nodes + " nodes", made, OptionalLong.empty(), OptionalLong.empty());
                untaint(workspace, prefix);
                pods(report, workspace, reader, cpu);
            } finally {
                workspace
                        .generator()
                        .run(
                                Workspace.numbered(
                                        nodes, i -> Call.json("DELETE", "/api/v1/nodes/" + prefix + i, null)),
                                options.connections(),
                                Duration.ofMinutes(2));
            }
        }
        options.print(report);
        return 0;
    }

    /** Admission taints each new node as not ready, which the node controller takes back only when it comes to it. */
    private void untaint(Workspace workspace, String prefix) throws InterruptedException {
        workspace.bulk(
                nodes,
                options.connections(),
                i -> new Call(
                        "PATCH",
                        "/api/v1/nodes/" + prefix + i,
                        "application/merge-patch+json",
                        "{\"spec\":{\"taints\":null}}".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    }

    private void pods(Report report, Workspace workspace, LoadGenerator reader, ServerCpu cpu)
            throws InterruptedException {
        String path = workspace.path("pods");
        PodWatch seen = new PodWatch();
        try (WatchStream stream = reader.watch(path + "?watch=true", seen)) {
            stream.awaitOpen();
            OptionalLong before = cpu.nanos();
            long begin = System.nanoTime();
            Outcome created = workspace.bulk(
                    pods,
                    options.connections(),
                    i -> Call.json("POST", path, Samples.pod("pod-" + i, "example.test/none:1", null)));
            PodWatch.await(seen.bound, pods, limit, "scheduled");
            long last = seen.bound.values().stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(begin);
            OptionalLong after = cpu.nanos();
            report.outcome("create " + pods + " Pods", created, OptionalLong.empty(), OptionalLong.empty());
            Map<String, Object> row = report.row("schedule " + pods + " Pods, end to end");
            row.put("operations", pods);
            row.put("perSecond", Report.rounded(pods / ((last - begin) / 1e9)));
            row.put("allMillis", Report.rounded((last - begin) / 1e6));
            if (before.isPresent() && after.isPresent()) {
                row.put(
                        "serverMicrosPerOperation",
                        Report.rounded((after.getAsLong() - before.getAsLong()) / 1000.0 / pods));
            }
        }
    }
}
