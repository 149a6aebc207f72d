package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j bench list}: lists many Pods. */
@Command(
        name = "list",
        description = "List many Pods, whole, in pages and by selector.",
        mixinStandardHelpOptions = true)
public final class ListBench implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Option(
            names = "--pods",
            paramLabel = "N",
            description = "How many Pods there are (default: ${DEFAULT-VALUE}).",
            defaultValue = "5000")
    private int pods;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        ServerCpu cpu = ServerCpu.of(target);
        Report report = new Report("list");
        try (Workspace workspace = Workspace.open(target, options.progress())) {
            String path = workspace.path("pods");
            options.progress().phase("create Pods", pods);
            OptionalLong before = cpu.nanos();
            Outcome created = workspace.bulk(
                    pods,
                    options.connections(),
                    i -> Call.json("POST", path, Samples.pod("pod-" + i, "example.test/none:1", "nobody")));
            report.outcome("create Pods", created, before, cpu.nanos());
            measure(report, workspace, cpu, "list " + pods, path, 1);
            measure(report, workspace, cpu, "list " + pods + ", 4 clients", path, 4);
            measure(report, workspace, cpu, "list from cache", path + "?resourceVersion=0", 1);
            measure(report, workspace, cpu, "page of 500", path + "?limit=500", 1);
            measure(report, workspace, cpu, "by field, none found", path + "?fieldSelector=spec.nodeName%3Dnone", 1);
        }
        options.print(report);
        return 0;
    }

    private void measure(Report report, Workspace workspace, ServerCpu cpu, String name, String path, int clients)
            throws InterruptedException {
        options.progress().phase(name, 0);
        workspace.generator().run(c -> Call.get(path), clients, options.warmUp());
        OptionalLong before = cpu.nanos();
        Outcome outcome = workspace.generator().run(c -> Call.get(path), clients, options.duration(), options.rate());
        report.outcome(name, outcome, before, cpu.nanos());
        Map<String, Object> row = report.last();
        row.put("megabytesPerAnswer", Report.rounded(outcome.bytes() / 1e6 / Math.max(1, outcome.done())));
        row.put(
                "megabytesPerSecond",
                Report.rounded(outcome.bytes() / 1e6 / (outcome.took().toNanos() / 1e9)));
    }
}
