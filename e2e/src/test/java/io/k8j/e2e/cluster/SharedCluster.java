package io.k8j.e2e.cluster;

import io.k8j.e2e.images.ImageArchive;
import io.k8j.e2e.images.ImageStore;
import io.k8j.e2e.images.Images;
import io.k8j.e2e.registry.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The one cluster with real containers that the tests of a JVM share. It starts on first use, and anew for a test that
 * is run once more after {@link #stop}. {@code -Dk8j.kubeconfig=FILE} takes a running cluster instead, which must know the test images already.
 *
 * <p>nginx comes from the registry, busybox and sleeper are imported, so both ways are used.
 */
public final class SharedCluster {
    private static SharedCluster instance; // guarded by the class
    private static Exception failure; // guarded by the class; why the cluster could not start

    private final K8jServer server;
    private final TestRegistry registry;
    private final Path kubeconfig;
    private final String nodeName;
    private final Leftovers leftovers;

    private SharedCluster(
            K8jServer server, TestRegistry registry, Path kubeconfig, String nodeName, Leftovers leftovers) {
        this.server = server;
        this.registry = registry;
        this.kubeconfig = kubeconfig;
        this.nodeName = nodeName;
        this.leftovers = leftovers;
    }

    /**
     * Returns the running cluster, whose node is Ready, or skips the calling test with the reason.
     *
     * @throws AssertionError if it cannot start; later callers get the same one without another try
     */
    public static synchronized SharedCluster orSkip() throws IOException {
        if (instance == null && failure == null) {
            String running = System.getProperty("k8j.kubeconfig");
            try {
                instance =
                        running == null ? startOwn() : attach(Path.of(running).toAbsolutePath());
            } catch (IOException e) {
                failure = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure = e;
            }
        }
        if (failure != null) {
            throw new AssertionError("the cluster under test did not start", failure);
        }
        return instance;
    }

    private static SharedCluster startOwn() throws IOException, InterruptedException {
        K8jServer.assumeContainers();
        ImageStore images = Images.orSkip();
        Path directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
        Path data = Files.createTempDirectory(directory, "data");
        Leftovers leftovers = Leftovers.lookBefore(data);
        TestRegistry registry = TestRegistry.start(images, "docker.io");
        K8jServer server = K8jServer.withContainers(0, data);
        try {
            registry.writeHostsToml(data.resolve("agent/etc/containerd/certs.d"));
            server.start();
            Path archive = directory.resolve("busybox.tar");
            ImageArchive.writeOci(
                    images,
                    List.of(
                            "docker.io/library/busybox:latest",
                            "docker.io/library/busybox:1.36",
                            "docker.io/library/busybox:1.28",
                            "docker.io/library/echo:latest"),
                    archive);
            server.k8j("images", "import", archive.toString());
            Path docker = directory.resolve("sleeper.tar");
            ImageArchive.writeDocker(images, List.of("docker.io/library/sleeper:latest"), docker);
            server.k8j("images", "import", docker.toString());
            // A run of single classes has no last test that stops the cluster.
            Runtime.getRuntime().addShutdownHook(new Thread(SharedCluster::stopQuietly));
            return new SharedCluster(server, registry, server.kubeconfig(), server.nodeName(), leftovers);
        } catch (IOException | RuntimeException e) {
            registry.close();
            try {
                server.close();
            } catch (IOException | RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private static SharedCluster attach(Path kubeconfig) throws IOException, InterruptedException {
        try (var client = new ApiClient(Kubeconfig.read(kubeconfig))) {
            String node =
                    client.get("/api/v1/nodes").at("/items/0/metadata/name").asString();
            return new SharedCluster(null, null, kubeconfig, node, null);
        }
    }

    /** The administrator's kubeconfig. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** The name of the only node. */
    public String nodeName() {
        return nodeName;
    }

    /** The stand-in for docker.io. Not for a cluster that was running before. */
    public TestRegistry registry() {
        return registry;
    }

    /** Whether this JVM started the cluster and may stop it. */
    public boolean isOwn() {
        return server != null;
    }

    /** The server process. Not for a cluster that was running before. */
    public K8jServer server() {
        return server;
    }

    private static void stopQuietly() {
        try {
            stop();
        } catch (IOException e) {
            System.err.println("the cluster under test was not stopped: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the cluster with {@code k8j stop --all}, if this JVM started one.
     *
     * @return what it left on the machine, one line each
     */
    public static synchronized List<String> stop() throws IOException, InterruptedException {
        if (instance == null || !instance.isOwn()) {
            return List.of();
        }
        SharedCluster stopped = instance;
        instance = null;
        stopped.server.stopAll();
        stopped.registry.close();
        return stopped.leftovers.find();
    }
}
