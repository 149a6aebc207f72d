package io.k8j.bench.schedule;

import io.k8j.bench.BenchOptions;
import io.k8j.bench.LoadGenerator;
import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.PodWatch;
import io.k8j.bench.Report;
import io.k8j.bench.ServerCpu;
import io.k8j.bench.Target;
import io.k8j.bench.WatchStream;
import io.k8j.bench.Workspace;
import io.k8j.server.UserException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code k8j bench schedule}: Pods onto nodes that exist only in the API, end to end: from the first create request until
 * a watch has shown the last Pod with a node. The cases are those of upstream's scheduler_perf.
 */
@Command(
        name = "schedule",
        description = "Schedule Pods onto nodes that exist only in the API; the cases are those of upstream's"
                + " scheduler_perf.",
        mixinStandardHelpOptions = true)
public final class ScheduleBench implements Callable<Integer> {
    private static final String BOUND = "?watch=true&fieldSelector=spec.nodeName%21%3D";

    @Mixin
    private BenchOptions options;

    @Option(
            names = "--case",
            paramLabel = "NAME",
            split = ",",
            description = "Workloads: names, also upstream's, separated by commas, or all (default: ${DEFAULT-VALUE}).",
            defaultValue = "basic")
    private List<String> cases;

    @Option(names = "--list", description = "List the workloads and end.")
    private boolean listOnly;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "Nodes (default: ${DEFAULT-VALUE}; upstream's thresholds are for 5000).",
            defaultValue = "1000")
    private int nodes;

    @Option(
            names = "--pods",
            paramLabel = "N",
            description = "Pods to measure (default: as many for each node as upstream has).")
    private Integer pods;

    @Option(
            names = "--limit",
            paramLabel = "S",
            description = "Seconds after which it is given up (default: ${DEFAULT-VALUE}).",
            defaultValue = "300")
    private int limit;

    @Override
    public Integer call() throws InterruptedException {
        if (listOnly) {
            ScheduleCases.ALL.forEach(c -> System.out.printf("%-36s %-53s %s%n", c.name(), c.upstream(), c.says()));
            return 0;
        }
        if (nodes < 1) throw new UserException("--nodes %d: must be 1 or more".formatted(nodes));
        if (pods != null && pods < 1) throw new UserException("--pods %d: must be 1 or more".formatted(pods));
        Target target = options.target();
        Report report = new Report("schedule");
        boolean failed = false;
        for (ScheduleCase one : chosen()) {
            try {
                run(report, target, one);
            } catch (UserException e) { // the other workloads' figures are worth something all the same
                failed = true;
                report.failure(one.name(), e.getMessage());
            }
        }
        options.print(report);
        return failed ? 1 : 0;
    }

    private List<ScheduleCase> chosen() {
        if (cases.contains("all")) return ScheduleCases.ALL;
        Set<ScheduleCase> wanted = new LinkedHashSet<>();
        for (String name : cases) {
            wanted.add(ScheduleCases.find(name).orElseThrow(() -> unknown(name)));
        }
        return List.copyOf(wanted);
    }

    private static UserException unknown(String name) {
        String known = ScheduleCases.ALL.stream().map(ScheduleCase::name).collect(Collectors.joining(", "));
        return new UserException("--case %s: must be all, or some of %s".formatted(name, known));
    }

    private void run(Report report, Target target, ScheduleCase one) throws InterruptedException {
        int count = pods != null ? pods : one.measuredFor(nodes);
        int first = one.firstFor(nodes);
        int namespaces = one.before().namespaces();
        boolean held = one.meanwhile() == ScheduleCase.Meanwhile.FAST_DELETIONS;
        try (Workspace workspace = Workspace.open(target, options.progress());
                LoadGenerator reader = new LoadGenerator(target);
                BenchNodes fleet = new BenchNodes(workspace, nodes, one.fleet(), options.connections())) {
            ScheduleExtras extras = new ScheduleExtras(workspace, options.connections(), limit);
            try {
                options.progress().phase(one.name() + ": create nodes", nodes);
                fleet.create();
                extras.create(one.extra(), count);
                extras.namespaces(namespaces);
                PodWatch seen = PodWatch.boundIn(workspace.namespace());
                String watched = namespaces == 0 ? workspace.path("pods") : "/api/v1/pods";
                try (WatchStream stream = reader.watch(watched + BOUND, seen)) {
                    stream.awaitOpen();
                    first(workspace, fleet, one, seen, first);
                    measure(report, workspace, fleet, one, seen, count);
                }
            } finally {
                extras.remove(one.extra(), count);
                extras.removeNamespaces(namespaces, first, held);
                options.progress().phase(one.name() + ": remove Pods", 1);
                workspace.clear(limit); // before the nodes, so that nobody has to look after Pods without a node
            }
        }
    }

    private void first(Workspace workspace, BenchNodes fleet, ScheduleCase one, PodWatch seen, int before)
            throws InterruptedException {
        if (before == 0) return;
        options.progress().phase(one.name() + ": first Pods", before);
        seen.only("first-");
        int namespaces = one.before().namespaces();
        workspace.bulk(
                before,
                options.connections(),
                i -> Call.json(
                        "POST",
                        namespaces == 0
                                ? workspace.path("pods")
                                : "/api/v1/namespaces/" + workspace.namespace(i % namespaces) + "/pods",
                        SchedulePods.bytes(one.before().shape().apply(i, fleet))));
        if (one.before().fits()) {
            PodWatch.await(seen.bound, before, limit, "scheduled before the measurement");
        }
    }

    private void measure(
            Report report, Workspace workspace, BenchNodes fleet, ScheduleCase one, PodWatch seen, int count)
            throws InterruptedException {
        String path = workspace.path("pods");
        seen.only("pod-");
        byte[][] bodies = new byte[count][]; // written before: it is the server that is measured
        Arrays.setAll(bodies, i -> SchedulePods.bytes(one.pod().apply(i, fleet)));
        ServerCpu cpu = ServerCpu.of(workspace.generator().target());
        options.progress().phase(one.name() + ": " + count + " Pods", count);
        OptionalLong before = cpu.nanos();
        long begin = System.nanoTime();
        Outcome created;
        try (Churn churn = one.meanwhile() == ScheduleCase.Meanwhile.NOTHING
                ? null
                : Churn.start(workspace, one.meanwhile(), one.firstFor(nodes))) {
            created = workspace.bulk(count, options.connections(), i -> Call.json("POST", path, bodies[i]));
            PodWatch.await(seen.bound, count, limit, "scheduled");
        }
        long last =
                seen.bound.values().stream().mapToLong(Long::longValue).max().orElse(begin);
        OptionalLong after = cpu.nanos();
        double perSecond = count / ((last - begin) / 1e9);
        Map<String, Object> row = report.row(one.name());
        row.put("nodes", (long) nodes);
        row.put("operations", (long) count);
        row.put("perSecond", Report.rounded(perSecond));
        row.put("createdPerSecond", Report.rounded(created.perSecond()));
        row.put("allMillis", Report.rounded((last - begin) / 1e6));
        if (before.isPresent() && after.isPresent()) {
            row.put(
                    "serverMicrosPerOperation",
                    Report.rounded((after.getAsLong() - before.getAsLong()) / 1000.0 / count));
        }
        if (one.threshold() > 0) {
            row.put("upstreamPerSecond", (long) one.threshold());
            row.put("timesUpstream", Report.rounded(perSecond / one.threshold()));
        }
    }
}
