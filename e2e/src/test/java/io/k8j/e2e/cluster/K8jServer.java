package io.k8j.e2e.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One {@code ./k8j server} process with a data directory, port, address ranges and kubeconfig of its own. It may be
 * stopped or killed and started again on the same data. One thread at a time.
 */
public final class K8jServer implements AutoCloseable {
    private final Path root;
    private final List<String> launcher;
    private final Path dataDirectory;
    private final List<String> flags;
    private Process process;

    private K8jServer(Path root, Path dataDirectory, List<String> flags) {
        this(root, List.of(root.resolve("k8j").toString()), dataDirectory, flags);
    }

    private K8jServer(Path root, List<String> launcher, Path dataDirectory, List<String> flags) {
        this.root = root;
        this.launcher = launcher;
        this.dataDirectory = dataDirectory;
        this.flags = flags;
    }

    /**
     * Prepares a server that runs real containers.
     *
     * @param number        tells the nodes of one run apart
     * @param dataDirectory a new directory
     * @param more          further flags
     */
    public static K8jServer withContainers(int number, Path dataDirectory, String... more) throws IOException {
        var flags = common(number, dataDirectory);
        flags.addAll(List.of(more));
        return new K8jServer(findRoot(), dataDirectory, List.copyOf(flags));
    }

    /** Prepares a server that is a control plane only, which runs anywhere. */
    public static K8jServer controlPlane(int number, Path dataDirectory) throws IOException {
        var flags = common(number, dataDirectory);
        flags.add("--disable-agent");
        return new K8jServer(findRoot(), dataDirectory, List.copyOf(flags));
    }

    /**
     * Prepares a control plane that runs from the class path of the tests, so that nothing need be built or installed
     * and nothing but its own directory is written. End it with {@link #terminate}.
     */
    public static K8jServer fromClassPath(int number, Path dataDirectory, String... more) throws IOException {
        var flags = common(number, dataDirectory);
        flags.addAll(List.of(more));
        flags.addAll(List.of("--disable-agent", "--datastore-endpoint=memory"));
        // Failsafe's own class path is one jar that only names the others.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var launcher = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                "io.k8j.server.cli.Main");
        return new K8jServer(findRoot(), launcher, dataDirectory, List.copyOf(flags));
    }

    private static List<String> common(int number, Path dataDirectory) throws IOException {
        int second = AddressRanges.pick(dataDirectory.toString());
        return new ArrayList<>(List.of(
                "--data-dir=" + dataDirectory,
                "--write-kubeconfig=" + dataDirectory.resolve("kubeconfig.yaml"),
                "--https-listen-port=" + freePort(),
                "--kubelet-port=" + freePort(),
                "--node-name=e2e-" + number,
                "--cluster-cidr=10.%d.0.0/16".formatted(second),
                "--service-cidr=10.%d.0.0/16".formatted(second + 1),
                "--cluster-dns=10.%d.0.10".formatted(second + 1)));
    }

    /** Skips the calling test with the reason unless this machine can run containers. */
    public static void assumeContainers() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "real containers need Linux");
        assumeTrue(new UnixSystem().getUid() == 0, "real containers need root");
        assumeTrue(isBuildable(), "there is no ./k8j to start");
    }

    /** Whether the repository has the command at all. */
    public static boolean isBuildable() {
        return Files.isExecutable(findRoot().resolve("k8j"));
    }

    /** The command under test. */
    public static Path command() {
        return findRoot().resolve("k8j");
    }

    /** The arguments with which {@link #start} starts the server. */
    public List<String> startCommand() {
        var command = new ArrayList<>(List.of("server"));
        command.addAll(flags);
        return command;
    }

    /** The repository's root. */
    static Path findRoot() {
        Path start = Path.of(System.getProperty("k8j.root", "")).toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve("mvnw"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no repository around " + start);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The name of the only node. */
    public String nodeName() {
        return flags.stream()
                .filter(f -> f.startsWith("--node-name="))
                .map(f -> f.substring("--node-name=".length()))
                .findFirst()
                .orElseThrow();
    }

    /** What the server keeps. */
    public Path dataDirectory() {
        return dataDirectory;
    }

    /** Where the server writes its administrator's kubeconfig. */
    public Path kubeconfig() {
        return dataDirectory.resolve("kubeconfig.yaml");
    }

    /** The server's own output, of all its runs. */
    public Path log() {
        return dataDirectory.resolveSibling(dataDirectory.getFileName() + ".log");
    }

    /** Starts the process and waits until {@code /readyz} says ok. */
    public void start() throws IOException, InterruptedException {
        var command = new ArrayList<>(launcher);
        command.add("server");
        command.addAll(flags);
        process = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        process.getOutputStream().close();
        awaitReady(Duration.ofMinutes(3));
    }

    private void awaitReady(Duration timeout) throws IOException, InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        String last = "no kubeconfig yet";
        while (System.nanoTime() < end) {
            if (!process.isAlive()) {
                throw new IOException("the server ended with code %d:%n%s".formatted(process.exitValue(), logTail()));
            }
            if (Files.exists(kubeconfig())) {
                try (var client = new ApiClient(Kubeconfig.read(kubeconfig()))) {
                    var answer = client.send("GET", "/readyz", null, null, null);
                    if (answer.status() == 200) {
                        return;
                    }
                    last = answer.body();
                } catch (IOException | RuntimeException notYet) {
                    // It does not listen yet, or is just writing the kubeconfig.
                    last = notYet.toString();
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IOException("not ready after %s (%s):%n%s".formatted(timeout, last, logTail()));
    }

    /** The last lines of the server's output, for messages. */
    public String logTail() throws IOException {
        List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    /** Ends the server at once, as {@code kill -9} does; containers go on. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /**
     * Kills this server's containerd, as the kernel does when memory is short.
     *
     * @return whether there was one
     */
    public boolean killContainerd() {
        String marker = Leftovers.runtimeDirectory(dataDirectory).toString();
        try (var processes = ProcessHandle.allProcesses()) {
            return processes
                            .filter(p -> p.info()
                                    .command()
                                    .filter(c -> c.endsWith("/containerd"))
                                    .isPresent())
                            .filter(p -> p.info()
                                    .commandLine()
                                    .filter(c -> c.contains(marker))
                                    .isPresent())
                            .filter(ProcessHandle::destroyForcibly)
                            .count()
                    > 0;
        }
    }

    /** How a command ended and all that it printed. */
    public record Ended(int exit, String output) {}

    /** Runs a {@code k8j} command to its end, for two minutes at most. */
    public static Ended run(List<String> arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(findRoot().resolve("k8j").toString()));
        command.addAll(arguments);
        Process run = new ProcessBuilder(command)
                .directory(findRoot().toFile())
                .redirectErrorStream(true)
                .start();
        run.getOutputStream().close();
        Thread.ofVirtual().start(() -> {
            try {
                if (!run.waitFor(2, TimeUnit.MINUTES)) {
                    run.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(run.waitFor(), output);
    }

    /** Runs another {@code k8j} command against this server's data directory and returns its output. */
    public String k8j(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--data-dir=" + dataDirectory);
        Ended ended = run(all);
        if (ended.exit() != 0) {
            throw new IOException("%s: %s".formatted(String.join(" ", all), ended.output()));
        }
        return ended.output();
    }

    /** Ends the server with {@code k8j stop --all}, which takes the containers along. May be called twice. */
    public void stopAll() throws IOException, InterruptedException {
        if (process == null) {
            return;
        }
        k8j("stop", "--all");
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the server went on for 30 seconds after 'k8j stop --all'");
        }
        process = null;
    }

    /** Ends the server with SIGTERM, which leaves containers alone. */
    public void terminate() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the server went on for 30 seconds after SIGTERM");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopAll();
    }
}
