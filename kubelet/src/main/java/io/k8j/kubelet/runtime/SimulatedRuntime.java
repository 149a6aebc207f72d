package io.k8j.kubelet.runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeEvent;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.AttachRequest;
import io.k8j.kubelet.cri.v1.AuthConfig;
import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.ExecRequest;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.kubelet.cri.v1.FilesystemUsage;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxNetworkStatus;
import io.k8j.kubelet.cri.v1.PodSandboxState;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.PortForwardRequest;
import io.k8j.kubelet.cri.v1.RuntimeCondition;
import io.k8j.kubelet.cri.v1.RuntimeStatus;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.VersionResponse;
import io.k8j.model.time.Time;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
 * <p>Annotations of a Pod steer it: {@value #EXIT_AFTER} ends each of its containers after so many milliseconds, with
 * the code of {@value #EXIT_CODE}. Images whose name contains {@code missing} cannot be pulled.
 */
public final class SimulatedRuntime implements ContainerRuntime {
    /** Milliseconds after which containers of the Pod end by themselves. */
    public static final String EXIT_AFTER = "simulated.k8j.io/exit-after";
    /** Their exit code then, 0 if absent. */
    public static final String EXIT_CODE = "simulated.k8j.io/exit-code";

    private record Sandbox(PodSandboxStatus status) {}

    private record Run(String sandbox, ContainerStatus status) {}

    private final Time time;
    private final String addressPrefix;
    private final AtomicLong ids = new AtomicLong();
    private final List<Consumer<RuntimeEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Sandbox> sandboxes = new LinkedHashMap<>(); // guarded by this
    private final Map<String, Run> containers = new LinkedHashMap<>(); // guarded by this
    private final Map<String, Image> images = new LinkedHashMap<>(); // guarded by this

    /** @param addressPrefix of the addresses it gives out, such as {@code 10.42.0.} */
    public SimulatedRuntime(Time time, String addressPrefix) {
        this.time = time;
        this.addressPrefix = addressPrefix;
    }

    private String newId() {
        return "%064x".formatted(ids.incrementAndGet());
    }

    private long now() {
        Instant now = time.instant();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
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
        return VersionResponse.newBuilder()
                .setRuntimeName("simulated")
                .setRuntimeVersion("1.0.0")
                .setRuntimeApiVersion("v1")
                .build();
    }

    @Override
    public StatusResponse status() {
        return StatusResponse.newBuilder()
                .setStatus(RuntimeStatus.newBuilder()
                        .addConditions(RuntimeCondition.newBuilder()
                                .setType("RuntimeReady")
                                .setStatus(true))
                        .addConditions(RuntimeCondition.newBuilder()
                                .setType("NetworkReady")
                                .setStatus(true)))
                .build();
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config, String runtimeHandler) {
        String id = newId();
        long number = ids.get();
        PodSandboxStatus status = PodSandboxStatus.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(PodSandboxState.SANDBOX_READY)
                .setCreatedAt(now())
                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp(addressPrefix + (2 + number % 250)))
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
        synchronized (this) {
            sandboxes.put(id, new Sandbox(status));
        }
        tell(id);
        return id;
    }

    @Override
    public void stopPodSandbox(String id) {
        List<String> running;
        synchronized (this) {
            Sandbox sandbox = sandboxes.get(id);
            if (sandbox == null) return;
            sandboxes.put(
                    id,
                    new Sandbox(sandbox.status().toBuilder()
                            .setState(PodSandboxState.SANDBOX_NOTREADY)
                            .build()));
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
        containers.values().removeIf(run -> run.sandbox().equals(id));
    }

    @Override
    public synchronized PodSandboxStatus podSandboxStatus(String id) {
        Sandbox sandbox = sandboxes.get(id);
        if (sandbox == null) throw notFound("sandbox", id);
        return sandbox.status();
    }

    @Override
    public synchronized List<PodSandbox> listPodSandboxes(Map<String, String> labels) {
        List<PodSandbox> found = new ArrayList<>();
        for (Sandbox sandbox : sandboxes.values()) {
            PodSandboxStatus status = sandbox.status();
            if (!status.getLabelsMap().entrySet().containsAll(labels.entrySet())) continue;
            found.add(PodSandbox.newBuilder()
                    .setId(status.getId())
                    .setMetadata(status.getMetadata())
                    .setState(status.getState())
                    .setCreatedAt(status.getCreatedAt())
                    .putAllLabels(status.getLabelsMap())
                    .putAllAnnotations(status.getAnnotationsMap())
                    .build());
        }
        return found;
    }

    @Override
    public synchronized String createContainer(
            String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        if (!sandboxes.containsKey(sandboxId)) throw notFound("sandbox", sandboxId);
        String id = newId();
        containers.put(
                id,
                new Run(
                        sandboxId,
                        ContainerStatus.newBuilder()
                                .setId(id)
                                .setMetadata(config.getMetadata())
                                .setState(ContainerState.CONTAINER_CREATED)
                                .setCreatedAt(now())
                                .setImage(config.getImage().toBuilder()
                                        .setImage(config.getImage().getUserSpecifiedImage()))
                                .setImageRef("sha256:" + id)
                                .putAllLabels(config.getLabelsMap())
                                .putAllAnnotations(config.getAnnotationsMap())
                                .build()));
        return id;
    }

    @Override
    public void startContainer(String id) {
        Map<String, String> steering;
        synchronized (this) {
            Run run = run(id);
            steering = sandboxes.get(run.sandbox()).status().getAnnotationsMap();
            containers.put(
                    id,
                    new Run(
                            run.sandbox(),
                            run.status().toBuilder()
                                    .setState(ContainerState.CONTAINER_RUNNING)
                                    .setStartedAt(now())
                                    .build()));
        }
        tell(id);
        if (steering.containsKey(EXIT_AFTER)) {
            int code = Integer.parseInt(steering.getOrDefault(EXIT_CODE, "0"));
            time.after(Duration.ofMillis(Long.parseLong(steering.get(EXIT_AFTER))), () -> exit(id, code, ""));
        }
    }

    /** Ends a running container, as if its process had ended by itself; for tests. */
    public void exit(String id, int code, String reason) {
        synchronized (this) {
            Run run = containers.get(id);
            if (run == null || run.status().getState() != ContainerState.CONTAINER_RUNNING) return;
            String why = reason.isEmpty() ? (code == 0 ? "Completed" : "Error") : reason;
            containers.put(
                    id,
                    new Run(
                            run.sandbox(),
                            run.status().toBuilder()
                                    .setState(ContainerState.CONTAINER_EXITED)
                                    .setFinishedAt(now())
                                    .setExitCode(code)
                                    .setReason(why)
                                    .build()));
        }
        tell(id);
    }

    private Run run(String id) {
        Run run = containers.get(id);
        if (run == null) throw notFound("container", id);
        return run;
    }

    @Override
    public void stopContainer(String id, Duration grace) {
        exit(id, 143, "Error");
    }

    @Override
    public void removeContainer(String id) {
        exit(id, 137, "Error");
        synchronized (this) {
            containers.remove(id);
        }
    }

    @Override
    public synchronized List<Container> listContainers(Map<String, String> labels) {
        List<Container> found = new ArrayList<>();
        for (Run run : containers.values()) {
            ContainerStatus status = run.status();
            if (!status.getLabelsMap().entrySet().containsAll(labels.entrySet())) continue;
            found.add(Container.newBuilder()
                    .setId(status.getId())
                    .setPodSandboxId(run.sandbox())
                    .setMetadata(status.getMetadata())
                    .setImage(status.getImage())
                    .setImageRef(status.getImageRef())
                    .setState(status.getState())
                    .setCreatedAt(status.getCreatedAt())
                    .putAllLabels(status.getLabelsMap())
                    .putAllAnnotations(status.getAnnotationsMap())
                    .build());
        }
        return found;
    }

    @Override
    public synchronized ContainerStatus containerStatus(String id) {
        return run(id).status();
    }

    @Override
    public void updateContainerResources(String id, LinuxContainerResources resources) {}

    @Override
    public void reopenContainerLog(String id) {}

    /** Any command succeeds; {@code false} fails, {@code echo} answers its arguments. */
    @Override
    public ExecSyncResponse execSync(String id, List<String> command, Duration timeout) {
        synchronized (this) {
            run(id);
        }
        String name = command.isEmpty() ? "" : command.getFirst();
        String output = name.equals("echo") ? String.join(" ", command.subList(1, command.size())) + "\n" : "";
        return ExecSyncResponse.newBuilder()
                .setExitCode(name.equals("false") ? 1 : 0)
                .setStdout(ByteString.copyFromUtf8(output))
                .build();
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
    public List<ContainerStats> containerStats() {
        return List.of();
    }

    @Override
    public synchronized List<Image> listImages() {
        return List.copyOf(images.values());
    }

    @Override
    public synchronized Optional<Image> imageStatus(String image) {
        return Optional.ofNullable(images.get(image));
    }

    @Override
    public synchronized String pullImage(String image, AuthConfig auth, PodSandboxConfig sandboxConfig) {
        if (image.contains("missing")) {
            throw new RuntimeFailure(
                    Status.Code.NOT_FOUND, "failed to resolve reference \"%s\": not found".formatted(image), null);
        }
        images.put(
                image,
                Image.newBuilder()
                        .setId(image)
                        .addRepoTags(image)
                        .setSize(1 << 20)
                        .build());
        return image;
    }

    @Override
    public synchronized void removeImage(String image) {
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
    public void close() {}
}
