package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.server.UserException;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code k8j bench startup}: real servers, each with a data directory of its own, from the command to a ready node. */
@Command(
        name = "startup",
        description = "Start k8j servers, from the command until the node is ready.",
        mixinStandardHelpOptions = true)
public final class StartupBench implements Callable<Integer> {
    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    private int rounds;

    @Option(
            names = "--runtime",
            paramLabel = "NAME",
            description = "containerd or simulated (default: ${DEFAULT-VALUE}).",
            defaultValue = "containerd")
    private String runtime;

    @Option(names = "--k8j", paramLabel = "FILE", description = "The command (default: the one that runs this).")
    private Path command;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json.",
            defaultValue = "table")
    private Report.Output output;

    @Option(
            names = "--limit",
            paramLabel = "S",
            description = "Seconds after which a start is given up (default: ${DEFAULT-VALUE}).",
            defaultValue = "180")
    private int limit;

    private record Times(double api, double node, long resident) {}

    @Override
    public Integer call() throws Exception {
        if (rounds < 1) throw new UserException("--rounds %d: must be 1 or more".formatted(rounds));
        List<Times> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(round());
        }
        Report report = new Report("startup");
        row(report, "API server ready", all.stream().map(Times::api).toList());
        row(report, "node ready", all.stream().map(Times::node).toList());
        Map<String, Object> last = report.last();
        last.put("residentMegabytes", Report.rounded(all.getLast().resident / 1048576.0));
        report.print(output, System.out);
        return 0;
    }

    private static void row(Report report, String name, List<Double> millis) {
        List<Double> sorted = millis.stream().sorted().toList();
        Map<String, Object> row = report.row(name);
        row.put("operations", millis.size());
        row.put("medianMillis", Report.rounded(sorted.get(sorted.size() / 2)));
        row.put("leastMillis", Report.rounded(sorted.getFirst()));
        row.put("mostMillis", Report.rounded(sorted.getLast()));
    }

    private Times round() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("k8j-bench-");
        Path kubeconfig = directory.resolve("kubeconfig.yaml");
        Path log = directory.resolve("server.log");
        long begin = System.nanoTime();
        Process server = new ProcessBuilder(arguments(directory, kubeconfig))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await(server, log, () -> Files.exists(kubeconfig), "write its kubeconfig");
            double[] api = {0};
            try (LoadGenerator generator = new LoadGenerator(Target.read(kubeconfig))) {
                await(server, log, () -> answers(generator, "/readyz", "ok"), "answer");
                api[0] = (System.nanoTime() - begin) / 1e6;
                await(server, log, () -> isNodeReady(generator), "have a ready node");
            }
            double node = (System.nanoTime() - begin) / 1e6;
            return new Times(
                    api[0], node, ServerCpu.ofPid(server.pid()).resident().orElse(0));
        } finally {
            server.destroy();
            if (!server.waitFor(30, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
            cleanUp(directory);
        }
    }

    private interface Check {
        boolean holds() throws InterruptedException;
    }

    private void await(Process server, Path log, Check check, String what) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit * 1_000_000_000L;
        while (!check.holds()) {
            if (!server.isAlive()) {
                throw new UserException("the server has ended: " + lastLine(log));
            }
            if (System.nanoTime() > deadline) {
                throw new UserException("the server does not %s within %d s: %s".formatted(what, limit, lastLine(log)));
            }
            Thread.sleep(5);
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it has printed nothing" : lines.getLast();
    }

    private static boolean answers(LoadGenerator generator, String path, String wanted) throws InterruptedException {
        try {
            return new String(generator.request(Call.get(path)), StandardCharsets.UTF_8).contains(wanted);
        } catch (UserException notYet) {
            return false;
        }
    }

    private static boolean isNodeReady(LoadGenerator generator) throws InterruptedException {
        try {
            String nodes = new String(generator.request(Call.get("/api/v1/nodes")), StandardCharsets.UTF_8);
            return nodes.contains("\"reason\":\"KubeletReady\"");
        } catch (UserException notYet) {
            return false;
        }
    }

    private List<String> arguments(Path directory, Path kubeconfig) throws IOException {
        Path home = System.getProperty("k8j.home") == null ? null : Path.of(System.getProperty("k8j.home"));
        List<String> words = new ArrayList<>();
        if (command != null) {
            words.add(command.toString());
        } else if (home != null) {
            words.add(home.resolve("bin/k8j").toString());
        } else {
            words.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.k8j.server.cli.Main"));
        }
        words.addAll(List.of(
                "server",
                "--data-dir",
                directory.toString(),
                "--write-kubeconfig",
                kubeconfig.toString(),
                "--bind-address",
                "127.0.0.1",
                "--https-listen-port",
                String.valueOf(freePort()),
                "--kubelet-port",
                String.valueOf(freePort()),
                "--runtime",
                runtime));
        return words;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** Ends containers, rules and processes that the server has left, then removes its files. */
    private void cleanUp(Path directory) throws IOException, InterruptedException {
        if (runtime.equals("containerd")) {
            List<String> words = new ArrayList<>(arguments(directory, directory));
            words.subList(words.indexOf("server"), words.size()).clear();
            words.addAll(List.of("stop", "--all", "--data-dir", directory.toString()));
            new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(new File("/dev/null"))
                    .start()
                    .waitFor(60, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
