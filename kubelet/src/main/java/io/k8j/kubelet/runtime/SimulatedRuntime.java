package io.k8j.kubelet.runtime;

import io.grpc.Status;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeEvent;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.AttachRequest;
import io.k8j.kubelet.cri.v1.AuthConfig;
import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.ExecRequest;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.kubelet.cri.v1.FilesystemUsage;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxState;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.PortForwardRequest;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.VersionResponse;
import io.k8j.kubelet.probes.Probes;
import io.k8j.model.time.Time;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A runtime in memory: sandboxes get addresses, containers "run" until they are told otherwise. It needs neither root
 * nor Linux, and serves tests and simulated nodes. Thread-safe; listeners are called by whoever makes the change.
 *
 * <p>What containers do is told by the annotation {@value #SCRIPT} of their Pod, see {@link PodScript}; or by {@link
 * Scripts}, by their image. Two annotations are short forms: {@value #EXIT_AFTER} ends each container after so many
 * milliseconds, with the code of {@value #EXIT_CODE}. Images whose name contains {@code missing} cannot be pulled unless a
 * script says otherwise.
 */
public final class SimulatedRuntime implements ContainerRuntime {
    /** Milliseconds after which containers of the Pod end by themselves. */
    public static final String EXIT_AFTER = "simulated.k8j.io/exit-after";
    /** Their exit code then, 0 if absent. */
    public static final String EXIT_CODE = "simulated.k8j.io/exit-code";
    /** What containers and images of the Pod do, in YAML. */
    public static final String SCRIPT = "simulated.k8j.io/script";

    private final Time time;
    private final String addressPrefix;
    private final AtomicLong ids = new AtomicLong();
    private final List<Consumer<RuntimeEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, PodSandboxStatus> sandboxes = new LinkedHashMap<>(); // guarded by this
    private final Map<String, PlayedContainer> containers = new LinkedHashMap<>(); // guarded by this
    private final Scripts scripts;
    private final ScriptFinder finder;
    private final PlayedImages images;
    private final Map<String, LinuxContainerResources> limits = new LinkedHashMap<>(); // guarded by this
    private long endedCpuNanos; // of containers that have ended; guarded by this
    private final Runnable noMoreLoads;

    /** @param addressPrefix of the addresses it gives out, such as {@code 10.42.0.} */
    public SimulatedRuntime(Time time, String addressPrefix) {
        this(time, addressPrefix, new Scripts());
    }

    /** @param scripts for containers whose Pods say nothing themselves; may be shared with other runtimes */
    public SimulatedRuntime(Time time, String addressPrefix, Scripts scripts) {
        this.time = time;
        this.addressPrefix = addressPrefix;
        this.scripts = scripts;
        this.finder = new ScriptFinder(scripts);
        this.images = new PlayedImages(time, finder);
        this.noMoreLoads = scripts.onLoad(this::load);
    }

    private synchronized void load(String image, Load now) {
        for (PlayedContainer container : containers.values())
            if (container.image().equals(image)) container.use(now);
    }

    /**
     * Lets a running container use that much from now on, whatever its script says.
     *
     * @throws RuntimeFailure if there is no such container
     */
    public void use(String id, Load now) {
        container(id).use(now);
    }

    /** Scripts by image. */
    public Scripts scripts() {
        return scripts;
    }

    private String newId() {
        return "%064x".formatted(ids.incrementAndGet());
    }

    private long now() {
        return PlayedContainer.nanos(time.instant());
    }

    private static RuntimeFailure notFound(String what, String id) {
        return new RuntimeFailure(
                Status.Code.NOT_FOUND,
                "an error occurred when try to find %s \"%s\": not found".formatted(what, id),
                null);
    }

    private void tell(String id) {
        RuntimeEvent event = new RuntimeEvent(id);
        listeners.forEach(listener -> listener.accept(event));
    }

    @Override
    public VersionResponse version() {
        return Listed.version();
    }

    @Override
    public StatusResponse status() {
        return Listed.ready();
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config, String runtimeHandler) {
        String id = newId();
        long number = ids.get();
        PodSandboxStatus status = Listed.sandbox(id, config, addressPrefix + (2 + number % 250), now());
        synchronized (this) {
            sandboxes.put(id, status);
        }
        tell(id);
        return id;
    }

    @Override
    public void stopPodSandbox(String id) {
        List<String> running;
        synchronized (this) {
            PodSandboxStatus sandbox = sandboxes.get(id);
            if (sandbox == null) return;
            sandboxes.put(
                    id,
                    sandbox.toBuilder()
                            .setState(PodSandboxState.SANDBOX_NOTREADY)
                            .build());
            running = containers.entrySet().stream()
                    .filter(entry -> entry.getValue().sandbox().equals(id))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        running.forEach(container -> exit(container, 137, "Error"));
        tell(id);
    }

    @Override
    public synchronized void removePodSandbox(String id) {
        sandboxes.remove(id);
        containers.values().removeIf(container -> container.sandbox().equals(id));
    }

    @Override
    public synchronized PodSandboxStatus podSandboxStatus(String id) {
        PodSandboxStatus sandbox = sandboxes.get(id);
        if (sandbox == null) throw notFound("sandbox", id);
        return sandbox;
    }

    @Override
    public synchronized List<PodSandbox> listPodSandboxes(Map<String, String> labels) {
        return sandboxes.values().stream()
                .filter(status -> status.getLabelsMap().entrySet().containsAll(labels.entrySet()))
                .map(Listed::of)
                .toList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        ContainerScript script = finder.container(config, sandboxConfig);
        synchronized (this) {
            if (!sandboxes.containsKey(sandboxId)) throw notFound("sandbox", sandboxId);
            String id = newId();
            ContainerStatus created = Listed.created(id, config, now());
            PlayedLog log = new PlayedLog(Path.of(sandboxConfig.getLogDirectory(), config.getLogPath()), time);
            PlayedContainer container = new PlayedContainer(time, sandboxId, script, created, log);
            scripts.loadOf(container.image()).ifPresent(container::use);
            containers.put(id, container);
            return id;
        }
    }

    @Override
    public void startContainer(String id) {
        PlayedContainer container = container(id);
        if (!container.startFailure().isEmpty()) {
            throw new RuntimeFailure(Status.Code.UNKNOWN, container.startFailure(), null);
        }
        container.run((code, reason) -> exit(id, code, reason));
        tell(id);
    }

    /** Ends a running container, as if its process had ended by itself; for tests. */
    public void exit(String id, int code, String reason) {
        synchronized (this) {
            PlayedContainer container = containers.get(id);
            if (container == null || !container.end(code, reason)) return;
            endedCpuNanos += container.cpuNanos();
        }
        tell(id);
    }

    /** The id of a Pod's container that runs now, for {@link #exit}; empty if none does. */
    public synchronized Optional<String> running(String namespace, String pod, String container) {
        Map<String, String> labels = Map.of(
                "io.kubernetes.pod.namespace", namespace,
                "io.kubernetes.pod.name", pod,
                "io.kubernetes.container.name", container);
        return containers.entrySet().stream()
                .filter(entry -> entry.getValue().isRunning())
                .filter(entry ->
                        entry.getValue().status().getLabelsMap().entrySet().containsAll(labels.entrySet()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private synchronized PlayedContainer container(String id) {
        PlayedContainer container = containers.get(id);
        if (container == null) throw notFound("container", id);
        return container;
    }

    @Override
    public void stopContainer(String id, Duration grace) {
        PlayedContainer container;
        synchronized (this) {
            container = containers.get(id);
        }
        if (container == null) return;
        Duration wanted = container.script().stops();
        boolean killed = wanted.compareTo(grace) > 0;
        Pause.of(time, killed ? grace : wanted);
        exit(id, killed ? 137 : 143, "Error");
    }

    @Override
    public void removeContainer(String id) {
        exit(id, 137, "Error");
        synchronized (this) {
            containers.remove(id);
            limits.remove(id);
        }
    }

    @Override
    public synchronized List<Container> listContainers(Map<String, String> labels) {
        return containers.values().stream()
                .filter(run -> run.status().getLabelsMap().entrySet().containsAll(labels.entrySet()))
                .map(Listed::of)
                .toList();
    }

    @Override
    public ContainerStatus containerStatus(String id) {
        return container(id).status();
    }

    @Override
    public synchronized void updateContainerResources(String id, LinuxContainerResources resources) {
        container(id);
        limits.put(id, resources);
    }

    /** The limits that a container was given after its start, if any were. */
    public synchronized Optional<LinuxContainerResources> limitsOf(String id) {
        return Optional.ofNullable(limits.get(id));
    }

    @Override
    public void reopenContainerLog(String id) {}

    @Override
    public ExecSyncResponse execSync(String id, List<String> command, Duration timeout) {
        return PlayedCommands.run(container(id), command, timeout, time);
    }

    @Override
    public Optional<String> playProbe(String id, Probes.Type type, List<String> command) {
        return PlayedCommands.probe(container(id), type, command);
    }

    @Override
    public boolean hasNetwork() {
        return false;
    }

    private static RuntimeFailure noStreaming() {
        return new RuntimeFailure(Status.Code.UNIMPLEMENTED, "a simulated container has no streams", null);
    }

    @Override
    public URI exec(ExecRequest request) {
        throw noStreaming();
    }

    @Override
    public URI attach(AttachRequest request) {
        throw noStreaming();
    }

    @Override
    public URI portForward(PortForwardRequest request) {
        throw noStreaming();
    }

    @Override
    public synchronized List<ContainerStats> containerStats() {
        return containers.values().stream()
                .filter(PlayedContainer::isRunning)
                .map(container -> Listed.stats(container, now()))
                .toList();
    }

    @Override
    public synchronized Optional<NodeUse> playedNode() {
        long cpuNanos = endedCpuNanos;
        long memoryBytes = 0;
        for (PlayedContainer container : containers.values()) {
            if (!container.isRunning()) continue;
            cpuNanos += container.cpuNanos();
            memoryBytes += container.load().memoryBytes();
        }
        return Optional.of(new NodeUse(cpuNanos, memoryBytes));
    }

    @Override
    public List<Image> listImages() {
        return images.all();
    }

    @Override
    public Optional<Image> imageStatus(String image) {
        return images.find(image);
    }

    @Override
    public String pullImage(String image, AuthConfig auth, PodSandboxConfig sandboxConfig) {
        return images.pull(image, sandboxConfig);
    }

    @Override
    public void removeImage(String image) {
        images.remove(image);
    }

    @Override
    public List<FilesystemUsage> imageFilesystems() {
        return List.of();
    }

    @Override
    public AutoCloseable watch(Consumer<RuntimeEvent> listener) {
        listeners.add(listener);
        listener.accept(RuntimeEvent.relist());
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        noMoreLoads.run();
    }
}
