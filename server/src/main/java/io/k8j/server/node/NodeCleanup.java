package io.k8j.server.node;

import io.k8j.kubelet.containerd.CniConfig;
import io.k8j.kubelet.containerd.ContainerdConfig;
import io.k8j.kubelet.containerd.ContainerdProcess;
import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.hostports.HostPorts;
import io.k8j.proxy.Proxier;
import io.k8j.server.InstanceId;
import io.k8j.server.install.MachineCheck;
import io.k8j.server.install.Packages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the containers of one data directory and removes what k8j made for them on this machine, and nothing else. */
public final class NodeCleanup {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCleanup.class);
    private static final Duration RUNTIME_LIMIT = Duration.ofSeconds(30);
    private static final long COMMAND_SECONDS = 30;
    private static final Pattern OTHER_END = Pattern.compile(" link-netns (cni-[-0-9a-f]+)");

    private final Path dataDir;
    private final ContainerdConfig containerd;
    private final Consumer<String> say;

    private NodeCleanup(Path dataDir, Consumer<String> say) {
        this.dataDir = dataDir;
        this.containerd = ContainerdConfig.under(dataDir, CniConfig.findBinDir().orElse(Path.of("/opt/cni/bin")));
        this.say = say;
    }

    /** @param say is told what was removed, a line for each kind of thing */
    public static void run(Path dataDir, Consumer<String> say) throws IOException, InterruptedException {
        if (!NodeComponents.existed(dataDir) || !MachineCheck.isRoot()) {
            say.accept("no containers to end in " + dataDir);
            return;
        }
        NodeCleanup cleanup = new NodeCleanup(dataDir, say);
        cleanup.endContainers();
        cleanup.endShims();
        cleanup.removeRules();
        cleanup.removeBridge();
        cleanup.unmount();
        cleanup.removeCgroups();
        cleanup.removeRuntimeState();
    }

    private void endContainers() throws IOException, InterruptedException {
        if (Packages.find("containerd") == null || !Files.isDirectory(containerd.root())) {
            return;
        }
        try (ContainerdProcess process = ContainerdProcess.start(containerd)) {
            try (CriRuntime runtime = CriRuntime.connect(process.socket())) {
                process.awaitReady(runtime, RUNTIME_LIMIT);
                List<PodSandbox> sandboxes = runtime.listPodSandboxes(Map.of());
                try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
                    sandboxes.forEach(sandbox -> workers.submit(() -> remove(runtime, sandbox)));
                }
                say.accept("ended %d Pods".formatted(sandboxes.size()));
            } catch (TimeoutException e) {
                say.accept(
                        "containerd did not answer (%s); its processes are ended by force".formatted(e.getMessage()));
            }
            process.stop();
        }
    }

    private static void remove(CriRuntime runtime, PodSandbox sandbox) {
        try {
            runtime.stopPodSandbox(sandbox.getId());
            runtime.removePodSandbox(sandbox.getId());
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue(
                            "pod",
                            sandbox.getMetadata().getNamespace() + "/"
                                    + sandbox.getMetadata().getName())
                    .addKeyValue("cause", e.getMessage())
                    .log("Pod could not be ended by the runtime");
        }
    }

    /** What containerd could not end itself: shims that carry its socket's path in their command line. */
    private void endShims() throws InterruptedException {
        String socket = containerd.socket().toString();
        List<ProcessHandle> shims = ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains("containerd-shim")
                        && commandLine(process).contains(socket))
                .toList();
        List<ProcessHandle> ended = shims.stream()
                .flatMap(shim -> Stream.concat(shim.descendants(), Stream.of(shim)))
                .toList();
        ended.forEach(ProcessHandle::destroyForcibly);
        if (!shims.isEmpty()) {
            awaitEnd(ended); // mounts are free once the processes are gone
            say.accept("killed %d left-over containers".formatted(shims.size()));
        }
    }

    private static void awaitEnd(List<ProcessHandle> processes) throws InterruptedException {
        var all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            all.get(COMMAND_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.atWarn().addKeyValue("cause", e.toString()).log("killed containers have not ended yet");
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    private void removeRules() throws IOException, InterruptedException {
        int routes = NodeRoutes.removeAll(NodeComponents.routes(dataDir));
        if (routes > 0) {
            say.accept("removed %d routes".formatted(routes));
        }
        if (Packages.find("nft") != null) {
            Proxier.removeAll(InstanceId.table(dataDir));
            HostPorts.removeAll(InstanceId.hostPortTable(dataDir));
        }
    }

    /** Removes the bridge, and what is left of Pods that containerd no longer knows: their end of the wire tells. */
    private void removeBridge() throws IOException, InterruptedException {
        String bridge = InstanceId.bridge(dataDir);
        if (Files.exists(Path.of("/sys/class/net", bridge))) {
            List<String> namespaces = namespacesBehind(output("ip", "-o", "link", "show", "master", bridge));
            for (String namespace : namespaces) {
                run("ip", "netns", "delete", namespace);
            }
            if (!namespaces.isEmpty()) {
                say.accept("removed %d network namespaces".formatted(namespaces.size()));
            }
            run("ip", "link", "delete", bridge);
            say.accept("removed interface " + bridge);
        }
    }

    /** The network namespaces at the other ends of a bridge's links, as {@code ip -o link} tells them. */
    static List<String> namespacesBehind(String links) {
        List<String> found = new ArrayList<>();
        Matcher matcher = OTHER_END.matcher(links);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void unmount() throws IOException, InterruptedException {
        List<String> below = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            String place = line.split(" ")[1].replace("\\040", " ");
            if (Path.of(place).startsWith(dataDir)
                    || Path.of(place).startsWith(containerd.state().getParent())) {
                below.add(place);
            }
        }
        // The latest mount is undone first.
        for (String place : below.reversed()) {
            if (run("umount", place) != 0) {
                run("umount", "-l", place);
            }
        }
        if (!below.isEmpty()) {
            say.accept("unmounted %d file systems".formatted(below.size()));
        }
    }

    private void removeCgroups() throws IOException {
        String own = InstanceId.cgroup(dataDir);
        String relative = own.equals("/") ? "kubepods" : own.substring(1);
        Path root = Path.of("/sys/fs/cgroup");
        List<Path> hierarchies = new ArrayList<>(List.of(root));
        try (Stream<Path> children = Files.list(root)) {
            children.filter(Files::isDirectory).forEach(hierarchies::add);
        }
        for (Path hierarchy : hierarchies) {
            Path group = hierarchy.resolve(relative);
            if (Files.isDirectory(group)) {
                removeEmptyDirectories(group);
            }
        }
    }

    private static void removeEmptyDirectories(Path group) throws IOException {
        List<Path> directories;
        try (Stream<Path> walk = Files.walk(group)) {
            directories = walk.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path directory : directories) {
            try {
                Files.delete(directory); // a cgroup's files vanish with it
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("cgroup", directory).log("cgroup is still in use");
            }
        }
    }

    private void removeRuntimeState() throws IOException {
        Path run = containerd.state().getParent();
        if (!Files.isDirectory(run)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(run)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
        try {
            Files.deleteIfExists(run.getParent());
        } catch (DirectoryNotEmptyException e) {
            LOG.atDebug().addKeyValue("directory", run.getParent()).log("another cluster lives there");
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }
}
