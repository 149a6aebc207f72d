package io.k8j.kubelet.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.k8j.kubelet.containerd.Capabilities;
import io.k8j.kubelet.containerd.CniConfig;
import io.k8j.kubelet.containerd.ContainerdConfig;
import io.k8j.kubelet.containerd.ContainerdProcess;
import io.k8j.kubelet.containerd.CtrImageImporter;
import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real containerd with a network and a busybox image, for one test; removes all of it afterwards. */
public final class ContainerdNode implements AutoCloseable {
    public static final String BUSYBOX = "docker.io/library/busybox:latest";

    private final Path dataDir;
    private final String bridge;
    private final ContainerdConfig config;
    private final ContainerdProcess containerd;
    private final CriRuntime runtime;

    private ContainerdNode(Path dataDir, String bridge, ContainerdConfig config, ContainerdProcess containerd) {
        this.dataDir = dataDir;
        this.bridge = bridge;
        this.config = config;
        this.containerd = containerd;
        this.runtime = CriRuntime.connect(containerd.socket());
    }

    public static ContainerdNode start(String bridge, String podCidr) throws Exception {
        assumeTrue(Capabilities.root(), "needs root to run containers");
        assumeTrue(onPath("containerd") && onPath("runc"), "needs containerd and runc");
        assumeTrue(CniConfig.findBinDir().isPresent(), "needs the CNI plugins");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs busybox-static");
        Path dataDir = Files.createTempDirectory("k8j-kubelet");
        var config = ContainerdConfig.under(dataDir, CniConfig.findBinDir().orElseThrow());
        new CniConfig(podCidr, bridge, 0, false, dataDir.resolve("ipam")).writeTo(config.cniConfDir());
        var node = new ContainerdNode(dataDir, bridge, config, ContainerdProcess.start(config));
        try {
            node.containerd.awaitReady(node.runtime, Duration.ofMinutes(1));
            Path archive = BusyboxImage.archive(dataDir.resolve("busybox.tar"));
            new CtrImageImporter(config.socket()).importArchive(archive);
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> node.runtime.imageStatus(BUSYBOX).isPresent());
            return node;
        } catch (Exception e) {
            System.err.println(Files.readString(config.logFile()));
            node.close();
            throw e;
        }
    }

    private static boolean onPath(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program)) || Files.isExecutable(Path.of("/usr/sbin", program));
    }

    public CriRuntime runtime() {
        return runtime;
    }

    public ContainerdProcess containerd() {
        return containerd;
    }

    public Path dataDir() {
        return dataDir;
    }

    @Override
    public void close() throws Exception {
        try {
            for (var sandbox : runtime.listPodSandboxes(Map.of())) {
                runtime.stopPodSandbox(sandbox.getId());
                runtime.removePodSandbox(sandbox.getId());
            }
        } catch (RuntimeFailure e) {
            System.err.println("sandboxes not removed: " + e.getMessage());
        }
        runtime.close();
        containerd.stop();
        run("ip", "link", "delete", bridge);
        for (Path hierarchy : hierarchies()) removeCgroup(hierarchy.resolve(TestNode.CGROUP.substring(1)));
        deleteTree(dataDir);
        deleteTree(config.state().getParent());
    }

    private static List<Path> hierarchies() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/sys/fs/cgroup"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    /** The files in a cgroup are not to be deleted, only the directories. */
    private static void removeCgroup(Path cgroup) throws IOException {
        if (!Files.isDirectory(cgroup)) return;
        try (Stream<Path> children = Files.list(cgroup)) {
            for (Path child : children.filter(Files::isDirectory).toList()) removeCgroup(child);
        }
        Files.delete(cgroup);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /** Deletes without following links, whatever is below. */
    static void deleteTree(Path root) {
        if (!Files.exists(root)) return;
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
                    Files.delete(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("delete " + root, e);
        }
    }
}
