package io.k8j.server.cli;

import io.k8j.client.Client;
import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.Kubeconfig;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.kubelet.fleet.FleetConfig;
import io.k8j.kubelet.script.ScriptException;
import io.k8j.kubelet.stage.Stage;
import io.k8j.model.time.SystemTime;
import io.k8j.server.UserException;
import io.k8j.server.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code k8j simulate}: plays nodes in any cluster, as kwok does. */
@Command(
        name = "simulate",
        description = "Play nodes and their Pods in this or any other cluster, until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SimulateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "Nodes to create (default: 0, play those that are there).")
    private int nodes;

    @Option(names = "--node-prefix", paramLabel = "TEXT", description = "Beginning of their names (default: node-).")
    private String prefix = FleetConfig.DEFAULTS.namePrefix();

    @Option(names = "--node-label", paramLabel = "KEY=VALUE", description = "Label of the nodes created.", split = ",")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--node-capacity",
            paramLabel = "RESOURCE=AMOUNT",
            description = "Amount that the nodes created have (default: cpu=32, memory=256Gi, pods=110).",
            split = ",")
    private Map<String, String> capacity = new LinkedHashMap<>();

    @Option(
            names = "--manage-nodes-with-annotation",
            paramLabel = "KEY=VALUE",
            description = "Play the nodes with this annotation (default: kwok.x-k8s.io/node=fake).")
    private String annotation = "kwok.x-k8s.io/node=fake";

    @Option(
            names = "--stages",
            paramLabel = "FILE|fast|general",
            description = "Stages as kwok has them; may be repeated (default: fast).",
            split = ",")
    private List<String> stages = new ArrayList<>();

    @Option(
            names = "--node-lease-duration-seconds",
            paramLabel = "N",
            description = "How long a node counts as alive after a renewal (default: 40).")
    private int leaseSeconds = 40;

    @Option(names = "--node-ip", paramLabel = "IP", description = "Address the nodes tell (default: 10.0.0.1).")
    private String nodeIp = FleetConfig.DEFAULTS.nodeIp();

    @Option(
            names = "--pod-cidr",
            paramLabel = "CIDR",
            description = "Addresses of Pods on nodes without a range (default: 10.64.0.0/10).")
    private String podRange = FleetConfig.DEFAULTS.podRange();

    @Option(names = "--workers", paramLabel = "N", description = "Requests at once (default: 32).")
    private int workers = FleetConfig.DEFAULTS.workers();

    @Override
    public Integer call() throws Exception {
        FleetConfig settings = settings();
        List<Stage> lives = lives();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Kubeconfig.Context context = Kubeconfig.read(cluster.kubeconfig(), "");
        try (SystemTime time = new SystemTime();
                Client client = new Client(new HttpsTransport(context.access(), "kwok"), time, "kwok");
                Fleet fleet = Fleet.start(client, settings, lives, new Random())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                try {
                    stopped.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            long begin = System.nanoTime();
            if (nodes > 0 && fleet.awaitNodes(Duration.ofMinutes(10))) {
                System.out.printf("%d nodes ready after %.1f s%n", nodes, (System.nanoTime() - begin) / 1e9);
            }
            stop.await();
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private FleetConfig settings() {
        String[] pair = annotation.split("=", 2);
        if (pair.length != 2) {
            throw usage("--manage-nodes-with-annotation %s: must be KEY=VALUE".formatted(annotation), null);
        }
        Map<String, String> amounts = new LinkedHashMap<>(FleetConfig.DEFAULTS.capacity());
        amounts.putAll(capacity);
        try {
            return new FleetConfig(
                    nodes,
                    prefix,
                    labels,
                    amounts,
                    pair[0],
                    pair[1],
                    Duration.ofSeconds(leaseSeconds),
                    nodeIp,
                    podRange,
                    workers,
                    Version.GIT);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage(), e);
        }
    }

    private ParameterException usage(String message, Exception cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }

    private List<Stage> lives() throws IOException {
        if (stages.isEmpty()) {
            return Fleet.defaultStages();
        }
        List<Stage> all = new ArrayList<>();
        for (String name : stages) {
            switch (name) {
                case "fast" -> all.addAll(Fleet.defaultStages());
                case "general" -> all.addAll(Fleet.generalStages());
                default -> all.addAll(file(Path.of(name)));
            }
        }
        return all;
    }

    private static List<Stage> file(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new UserException("cannot read the stages in %s: name a file, 'fast' or 'general'".formatted(file));
        }
        try {
            return Fleet.stages().read(file.toString(), Files.readString(file));
        } catch (ScriptException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
