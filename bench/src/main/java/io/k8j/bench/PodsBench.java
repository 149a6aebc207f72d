package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.model.json.Json;
import io.k8j.server.UserException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j bench pods}: from the create request until the Pod is seen running. */
@Command(
        name = "pods",
        description = "Start Pods: one after the other, then many at once.",
        mixinStandardHelpOptions = true)
public final class PodsBench implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Image with a program that stays (default: the smallest one that a node has).")
    private String image;

    @Option(
            names = "--singly",
            paramLabel = "N",
            description = "Pods one after the other (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    private int singly;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            description = "Pods at once (default: ${DEFAULT-VALUE}).",
            defaultValue = "30")
    private int atOnce;

    @Option(
            names = "--limit",
            paramLabel = "S",
            description = "Seconds after which it is given up (default: ${DEFAULT-VALUE}).",
            defaultValue = "120")
    private int limit;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        Report report = new Report("pods");
        try (Workspace workspace = Workspace.open(target, options.progress());
                LoadGenerator reader = new LoadGenerator(target)) {
            String used = image != null ? image : smallestImage(workspace);
            String path = workspace.path("pods");
            PodWatch pods = PodWatch.ofAll();
            try (WatchStream stream = reader.watch(path + "?watch=true", pods)) {
                stream.awaitOpen();
                Latencies single = new Latencies();
                for (int i = 0; i < singly; i++) {
                    long begin = System.nanoTime();
                    workspace.generator().request(Call.json("POST", path, Samples.pod("single-" + i, used, null)));
                    PodWatch.await(pods.running, i + 1, limit, "running");
                    single.record(pods.running.get("single-" + i) - begin);
                }
                if (singly > 0) {
                    Map<String, Object> row = report.row("one Pod, create to running");
                    row.put("operations", singly);
                    Report.latencies(row, single);
                }
                if (atOnce > 0) {
                    many(report, workspace, path, pods, used);
                }
            }
        }
        options.print(report);
        return 0;
    }

    private void many(Report report, Workspace workspace, String path, PodWatch pods, String used)
            throws InterruptedException {
        Map<String, Long> created = new ConcurrentHashMap<>();
        long begin = System.nanoTime();
        workspace.bulk(atOnce, options.connections(), i -> {
            created.put("many-" + i, System.nanoTime());
            return Call.json("POST", path, Samples.pod("many-" + i, used, null));
        });
        PodWatch.await(pods.running, singly + atOnce, limit, "running");
        Latencies latencies = new Latencies();
        long last = begin;
        for (Map.Entry<String, Long> entry : created.entrySet()) {
            long running = pods.running.get(entry.getKey());
            latencies.record(running - entry.getValue());
            last = Math.max(last, running);
        }
        Map<String, Object> row = report.row(atOnce + " Pods at once, until all run");
        row.put("operations", atOnce);
        Report.latencies(row, latencies);
        row.put("allMillis", Report.rounded((last - begin) / 1e6));
    }

    private static String smallestImage(Workspace workspace) throws InterruptedException {
        Map<String, Object> nodes = Json.parseObject(workspace.generator().request(Call.get("/api/v1/nodes")));
        String best = null;
        long least = Long.MAX_VALUE;
        for (Object node : nodes.get("items") instanceof List<?> items ? items : List.of()) {
            if (!(node instanceof Map<?, ?> map) || !(map.get("status") instanceof Map<?, ?> status)) {
                continue;
            }
            for (Object entry : status.get("images") instanceof List<?> images ? images : List.of()) {
                if (entry instanceof Map<?, ?> one
                        && one.get("sizeBytes") instanceof Number size
                        && one.get("names") instanceof List<?> names
                        && !names.isEmpty()
                        && !names.toString().contains("pause")
                        && size.longValue() < least) {
                    least = size.longValue();
                    best = String.valueOf(names.getLast());
                }
            }
        }
        if (best == null) {
            throw new UserException(
                    "no node has an image: import one with 'k8j images import', or name one with --image");
        }
        return best;
    }
}
