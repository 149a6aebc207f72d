package io.k8j.junit;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.model.time.Time;
import io.k8j.server.Closing;
import io.k8j.server.KubeconfigFile;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.UserException;
import io.k8j.server.controlplane.ClusterCertificates;
import io.k8j.server.controlplane.ControlPlane;
import io.k8j.server.flags.ApiServerFlags;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cluster inside this JVM: the real API server over HTTPS on a free loopback port, all controllers, the scheduler and
 * simulated nodes, over a store in memory. Any number may run at once. Safe for all threads; {@link #close} ends
 * everything, and requests that run then are answered or cut off cleanly.
 */
public final class K8jCluster implements AutoCloseable {
    private static final int PORT_ATTEMPTS = 10;
    private static final Duration QUIESCENT_LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(3);
    private static final Duration STEP_LIMIT = Duration.ofSeconds(5);

    /** What a cluster is to have; each method answers a changed copy. */
    public record Builder(int nodes, Instant clock, Set<String> without, List<String> apiServerArguments) {
        /** How many simulated nodes it has; one unless said otherwise. */
        public Builder withNodes(int count) {
            if (count < 0) throw new IllegalArgumentException("nodes: %d must not be negative".formatted(count));
            return new Builder(count, clock, without, apiServerArguments);
        }

        /** The instant at which the cluster's clock begins, instead of now. */
        public Builder withClock(Instant start) {
            return new Builder(nodes, start, without, apiServerArguments);
        }

        /** Components to leave out: {@code controllers}, {@code scheduler}. */
        public Builder without(String... components) {
            return new Builder(nodes, clock, Set.of(components), apiServerArguments);
        }

        /** Flags of upstream's kube-apiserver, such as {@code anonymous-auth=false}; added to those given before. */
        public Builder withApiServerFlags(String... arguments) {
            List<String> all = new ArrayList<>(apiServerArguments);
            all.addAll(List.of(arguments));
            return new Builder(nodes, clock, without, all);
        }

        /** Starts it; when this returns the API answers, and nodes, controllers and scheduler are about to. */
        public K8jCluster start() {
            return new K8jCluster(this);
        }
    }

    private final Closing closing = new Closing();
    private final FakeTime time;
    private final Faults faults = new Faults();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final ClusterCertificates certificates = SharedParts.CERTIFICATES;
    private final Path directory;
    private final ControlPlane plane;
    private final Activity activity;
    private final Clients clients;
    private final int port;

    private K8jCluster(Builder wanted) {
        time = closing.add(FakeTime.running(wanted.clock == null ? Instant.now() : wanted.clock));
        try {
            directory = Files.createTempDirectory("k8j-");
            closing.add(() -> delete(directory));
            Steps steps =
                    new Steps(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
            ServerConfig config = config(wanted, freePort());
            ControlPlane started = null;
            for (int attempt = 1; started == null; attempt++) {
                try {
                    started = ControlPlane.start(config, "127.0.0.1", certificates, time, steps);
                } catch (UserException e) {
                    if (attempt == PORT_ATTEMPTS) {
                        throw e;
                    }
                    config = config(wanted, freePort()); // somebody else was faster
                }
            }
            plane = closing.add(started);
            port = config.httpsListenPort();
            activity = new Activity(plane);
            intercept();
            plane.startControllers(config, certificates, steps);
            plane.startScheduler(config, steps);
            clients = closing.add(new Clients(this));
            for (int i = 0; i < wanted.nodes; i++) {
                addNode();
            }
        } catch (Exception e) {
            closing.closeAfter(e);
            throw e instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException("start a cluster: " + e.getMessage(), e);
        }
    }

    /** A cluster with one node. */
    public static K8jCluster start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder(1, null, Set.of(), List.of());
    }

    private void intercept() {
        plane.apiServer().core().intercept((user, agent, call) -> {
            activity.request();
            faults.before(user, agent, call);
        });
    }

    private ServerConfig config(Builder wanted, int httpsPort) {
        return new ServerConfig(
                directory,
                directory.resolve("kubeconfig.yaml"),
                "127.0.0.1",
                httpsPort,
                "127.0.0.1",
                List.of(),
                "node-0",
                "127.0.0.1",
                Map.of(),
                List.of(),
                "10.42.0.0/16",
                "10.43.0.0/16",
                "10.43.0.10",
                "cluster.local",
                "30000-32767",
                "memory",
                null,
                wanted.without,
                ServerConfig.Runtime.SIMULATED,
                wanted.nodes,
                false,
                null,
                false,
                0,
                "",
                null,
                ApiServerFlags.parse(wanted.apiServerArguments));
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return probe.getLocalPort();
        }
    }

    /** Address of the API server. */
    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /** A kubeconfig for the administrator. */
    public String kubeconfig() {
        return kubeconfig("default");
    }

    /** A kubeconfig for the administrator whose context has a namespace. */
    public String kubeconfig(String namespace) {
        return KubeconfigFile.render(url(), certificates.authorityPem(), certificates.admin())
                .replace("    cluster: default\n", "    cluster: default\n    namespace: " + namespace + "\n");
    }

    /** The administrator's kubeconfig as a file that exists until the cluster is closed. */
    public Path kubeconfigFile() {
        Path file = directory.resolve("kubeconfig.yaml");
        try {
            return Files.exists(file) ? file : Files.writeString(file, kubeconfig());
        } catch (IOException e) {
            throw new UncheckedIOException("write " + file + ": " + e.getMessage(), e);
        }
    }

    /** k8j's own client, with direct calls and the administrator's rights. */
    public Client client() {
        return plane.client("k8j-junit", "system:admin", "system:masters");
    }

    /**
     * A client over HTTPS with the administrator's rights, closed with the cluster: fabric8's {@code KubernetesClient},
     * the official {@code io.kubernetes.client.openapi.ApiClient}, or k8j's own {@link Client} with direct calls. The same
     * instance comes again for the same namespace.
     *
     * @param namespace its default namespace
     * @throws IllegalArgumentException for other types
     */
    public <T> T client(Class<T> type, String namespace) {
        return clients.get(type, namespace);
    }

    /** Like {@link #client(Class, String)} with the namespace {@code default}. */
    public <T> T client(Class<T> type) {
        return client(type, "default");
    }

    /** Trouble on demand. */
    public Faults faults() {
        return faults;
    }

    /** Ends all watches as a lost connection would; clients begin new ones. */
    public void disconnectWatches() {
        core().endWatches(null);
    }

    /** Ends all watches with "410 Gone", after which clients must list anew. */
    public void expireWatches() {
        core().endWatches(Faults.refusal(410, "too old resource version"));
    }

    /** The API server's inner part, for tests that look behind the API. */
    public ApiServerCore core() {
        return plane.apiServer().core();
    }

    /** Stops the API server; everything else goes on and cannot reach it. */
    public void stopApiServer() {
        plane.stopApiServer();
    }

    /** Starts the API server again with everything that was stored, at the same address. */
    public void startApiServer() {
        try {
            plane.startApiServer();
        } catch (Exception e) {
            throw new IllegalStateException("start the API server again: " + e.getMessage(), e);
        }
        intercept();
    }

    /** Adds one more simulated node. */
    public SimulatedNode addNode() {
        synchronized (nodes) {
            int number = nodes.size();
            String name = "node-" + number;
            Client client = plane.client("kubelet", "system:node:" + name, "system:nodes", "system:masters");
            SimulatedNode node =
                    closing.add(new SimulatedNode(name, number, client, time, directory.resolve(name), certificates));
            nodes.add(node);
            node.recover();
            return node;
        }
    }

    /** The simulated nodes. */
    public List<SimulatedNode> nodes() {
        synchronized (nodes) {
            return List.copyOf(nodes);
        }
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public SimulatedNode node(String name) {
        return nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no simulated node " + name));
    }

    /** Waits until all nodes say that they are ready. */
    public K8jCluster awaitNodesReady() {
        long deadline = System.nanoTime() + QUIESCENT_LIMIT.toNanos();
        while (readyNodes() < nodes().size()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only %d of %d nodes are ready after %d s"
                        .formatted(readyNodes(), nodes().size(), QUIESCENT_LIMIT.toSeconds()));
            }
            pause();
        }
        return this;
    }

    private long readyNodes() {
        return client().resources(Node.class).list(ListOptions.ALL).stream()
                .filter(node -> node.getStatus() != null && node.getStatus().getConditions() != null)
                .filter(node -> node.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")))
                .count();
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The cluster's clock. To move it, {@link #advance} is better than its own method. */
    public FakeTime time() {
        return time;
    }

    Time systemTime() {
        return time;
    }

    /**
     * Moves the cluster's clock: whatever becomes due on the way happens in order, and what it causes is done before time
     * goes on. Returns when the cluster is quiescent again.
     */
    public void advance(Duration span) {
        time.advance(span, () -> calm(STEP, STEP_LIMIT));
        awaitQuiescent();
    }

    /**
     * Waits until nothing moves in the cluster: no request came, no revision was made and no controller ran for a moment,
     * and all queues are empty.
     *
     * @throws IllegalStateException if it still moves after 30 s
     */
    public void awaitQuiescent() {
        try {
            if (!activity.awaitCalm(QUIESCENT_LIMIT)) {
                throw new IllegalStateException(
                        "the cluster is still busy after %d s".formatted(QUIESCENT_LIMIT.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the cluster", e);
        }
    }

    private void calm(Duration span, Duration limit) {
        try {
            activity.awaitCalm(span, limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public void close() {
        closing.close();
    }
}
