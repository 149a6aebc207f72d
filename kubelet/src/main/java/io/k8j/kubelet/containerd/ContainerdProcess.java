package io.k8j.kubelet.containerd;

import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.RuntimeCondition;
import io.k8j.kubelet.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps our own containerd running. It is a child in a session of its own: it survives our end, and we take it up again
 * at the next start; if it dies, it is started anew, while the shims keep the containers.
 *
 * <p>Thread-safe. Closing only stops watching over it; {@link #stop} ends it.
 */
public final class ContainerdProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ContainerdProcess.class);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

    private final ContainerdConfig config;
    private final CountDownLatch closed = new CountDownLatch(1);
    private ProcessHandle process; // guarded by this

    private ContainerdProcess(ContainerdConfig config) {
        this.config = config;
    }

    /**
     * Takes up a running containerd or starts one. Returns before it is ready, see {@link #awaitReady}.
     *
     * @throws IOException if its directories cannot be made or the program cannot be started
     */
    public static ContainerdProcess start(ContainerdConfig config) throws IOException {
        ContainerdProcess containerd = new ContainerdProcess(config);
        containerd.ensureRunning();
        Thread.ofVirtual().name("containerd-keeper").start(containerd::keep);
        return containerd;
    }

    /** The socket for CRI and containerd's own API. */
    public Path socket() {
        return config.socket();
    }

    /** The process that runs now. */
    public synchronized ProcessHandle process() {
        return process;
    }

    /**
     * Waits until CRI answers and the sandbox image is there, which is imported if need be.
     *
     * @throws TimeoutException if it is not ready in time; the message has the last reason
     */
    public void awaitReady(CriRuntime cri, Duration limit) throws IOException, InterruptedException, TimeoutException {
        Instant deadline = Instant.now().plus(limit);
        String reason = awaitRuntimeCondition(cri, deadline);
        if (!reason.isEmpty()) throw new TimeoutException("containerd is not ready: " + reason);
        importPauseImage(cri, deadline);
    }

    private static String awaitRuntimeCondition(CriRuntime cri, Instant deadline) throws InterruptedException {
        String reason = "not asked yet";
        while (Instant.now().isBefore(deadline)) {
            try {
                Optional<RuntimeCondition> ready = cri.status().getStatus().getConditionsList().stream()
                        .filter(condition -> condition.getType().equals("RuntimeReady"))
                        .findFirst();
                if (ready.isPresent() && ready.get().getStatus()) return "";
                reason = ready.map(RuntimeCondition::getMessage).orElse("no condition RuntimeReady");
            } catch (RuntimeFailure e) {
                reason = e.description();
            }
            Thread.sleep(20); // it has no other sign of being ready than answering
        }
        return reason;
    }

    private void importPauseImage(CriRuntime cri, Instant deadline)
            throws IOException, InterruptedException, TimeoutException {
        if (cri.imageStatus(PauseImage.NAME).isPresent()) return;
        Path archive = Files.createTempFile("k8j-pause", ".tar");
        try {
            Files.write(archive, PauseImage.archive(PauseImage.hostArchitecture()));
            new CtrImageImporter(socket()).importArchive(archive);
        } finally {
            Files.delete(archive);
        }
        while (cri.imageStatus(PauseImage.NAME).isEmpty()) { // CRI hears of an import by an event
            if (Instant.now().isAfter(deadline)) throw new TimeoutException("sandbox image does not appear in CRI");
            Thread.sleep(5);
        }
    }

    private synchronized void ensureRunning() throws IOException {
        Optional<ProcessHandle> running = running();
        if (running.isPresent()) {
            process = running.get();
            log.atInfo().addKeyValue("pid", process.pid()).log("took up the running containerd");
            return;
        }
        Files.createDirectories(config.root());
        Files.createDirectories(config.state());
        Files.createDirectories(config.cniConfDir());
        Files.createDirectories(config.registryDir());
        Files.createDirectories(config.logFile().getParent());
        Files.writeString(config.configFile(), config.toml());
        prepareNetworkNamespaces();
        Files.deleteIfExists(config.socket());
        // A session of its own keeps a terminal's Ctrl-C from it. The log goes to a file, since a pipe would break.
        process = new ProcessBuilder(
                        "setsid",
                        config.binary(),
                        "--config",
                        config.configFile().toString())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(config.logFile().toFile()))
                .start()
                .toHandle();
        Files.writeString(config.pidFile(), Long.toString(process.pid()));
        log.atInfo().addKeyValue("pid", process.pid()).log("started containerd");
    }

    /**
     * Makes the directory of network namespaces a mount point, as {@code ip netns} would later: done then, it would
     * double the mounts of running Pods, and their namespaces could no longer be removed.
     */
    private static void prepareNetworkNamespaces() throws IOException {
        Path directory = Files.createDirectories(Path.of("/run/netns"));
        if (!Capabilities.root() || Linux.mountsBelow(directory).contains(directory)) return;
        Linux.mount(directory.toString(), directory, "none", Linux.MS_BIND | Linux.MS_REC, "");
        Linux.mount("none", directory, "none", Linux.MS_SHARED | Linux.MS_REC, "");
    }

    /** The process of our pid file, if it still is a containerd with our configuration. */
    private Optional<ProcessHandle> running() throws IOException {
        if (!Files.exists(config.pidFile())) return Optional.empty();
        String pid = Files.readString(config.pidFile()).strip();
        Path commandLine = Path.of("/proc", pid, "cmdline");
        if (!pid.matches("\\d+") || !Files.exists(commandLine)) return Optional.empty();
        if (!Files.readString(commandLine).contains(config.configFile().toString())) return Optional.empty();
        return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
    }

    private void keep() {
        try {
            while (closed.getCount() > 0) {
                ProcessHandle current = process();
                var ended = new CountDownLatch(1);
                current.onExit().thenRun(ended::countDown);
                while (!ended.await(5, TimeUnit.SECONDS) && closed.getCount() > 0) {}
                if (closed.getCount() == 0) return;
                log.atWarn().addKeyValue("pid", current.pid()).log("containerd ended, start it again");
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void restart() throws InterruptedException {
        while (closed.getCount() > 0) {
            try {
                ensureRunning();
                return;
            } catch (IOException e) {
                log.atError().setCause(e).log("start containerd again");
            }
            if (closed.await(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) return;
        }
    }

    /** Ends containerd; running containers stay with their shims. */
    public void stop() throws InterruptedException {
        close();
        ProcessHandle current = process();
        current.destroy();
        for (int i = 0; i < 200 && current.isAlive(); i++) Thread.sleep(25);
        current.destroyForcibly();
    }

    /** Stops watching over containerd and leaves it running. */
    @Override
    public void close() {
        closed.countDown();
    }
}
