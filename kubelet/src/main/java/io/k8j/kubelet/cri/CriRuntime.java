package io.k8j.kubelet.cri;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.k8j.kubelet.cri.v1.AttachRequest;
import io.k8j.kubelet.cri.v1.AttachResponse;
import io.k8j.kubelet.cri.v1.AuthConfig;
import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerFilter;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.ContainerStatusRequest;
import io.k8j.kubelet.cri.v1.ContainerStatusResponse;
import io.k8j.kubelet.cri.v1.CreateContainerRequest;
import io.k8j.kubelet.cri.v1.CreateContainerResponse;
import io.k8j.kubelet.cri.v1.ExecRequest;
import io.k8j.kubelet.cri.v1.ExecResponse;
import io.k8j.kubelet.cri.v1.ExecSyncRequest;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.kubelet.cri.v1.FilesystemUsage;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.ImageFsInfoRequest;
import io.k8j.kubelet.cri.v1.ImageFsInfoResponse;
import io.k8j.kubelet.cri.v1.ImageSpec;
import io.k8j.kubelet.cri.v1.ImageStatusRequest;
import io.k8j.kubelet.cri.v1.ImageStatusResponse;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.cri.v1.ListContainerStatsRequest;
import io.k8j.kubelet.cri.v1.ListContainerStatsResponse;
import io.k8j.kubelet.cri.v1.ListContainersRequest;
import io.k8j.kubelet.cri.v1.ListContainersResponse;
import io.k8j.kubelet.cri.v1.ListImagesRequest;
import io.k8j.kubelet.cri.v1.ListImagesResponse;
import io.k8j.kubelet.cri.v1.ListPodSandboxRequest;
import io.k8j.kubelet.cri.v1.ListPodSandboxResponse;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxFilter;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.PodSandboxStatusRequest;
import io.k8j.kubelet.cri.v1.PodSandboxStatusResponse;
import io.k8j.kubelet.cri.v1.PortForwardRequest;
import io.k8j.kubelet.cri.v1.PortForwardResponse;
import io.k8j.kubelet.cri.v1.PullImageRequest;
import io.k8j.kubelet.cri.v1.PullImageResponse;
import io.k8j.kubelet.cri.v1.RemoveContainerRequest;
import io.k8j.kubelet.cri.v1.RemoveContainerResponse;
import io.k8j.kubelet.cri.v1.RemoveImageRequest;
import io.k8j.kubelet.cri.v1.RemoveImageResponse;
import io.k8j.kubelet.cri.v1.RemovePodSandboxRequest;
import io.k8j.kubelet.cri.v1.RemovePodSandboxResponse;
import io.k8j.kubelet.cri.v1.ReopenContainerLogRequest;
import io.k8j.kubelet.cri.v1.ReopenContainerLogResponse;
import io.k8j.kubelet.cri.v1.RunPodSandboxRequest;
import io.k8j.kubelet.cri.v1.RunPodSandboxResponse;
import io.k8j.kubelet.cri.v1.StartContainerRequest;
import io.k8j.kubelet.cri.v1.StartContainerResponse;
import io.k8j.kubelet.cri.v1.StatusRequest;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.StopContainerRequest;
import io.k8j.kubelet.cri.v1.StopContainerResponse;
import io.k8j.kubelet.cri.v1.StopPodSandboxRequest;
import io.k8j.kubelet.cri.v1.StopPodSandboxResponse;
import io.k8j.kubelet.cri.v1.UpdateContainerResourcesRequest;
import io.k8j.kubelet.cri.v1.UpdateContainerResourcesResponse;
import io.k8j.kubelet.cri.v1.VersionRequest;
import io.k8j.kubelet.cri.v1.VersionResponse;
import io.k8j.kubelet.linux.OutOfMemoryKills;
import io.k8j.model.api.ApiObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Speaks CRI v1 to a runtime's Unix socket, such as containerd's. */
public final class CriRuntime implements ContainerRuntime {
    private static final String RUNTIME = "runtime.v1.RuntimeService/";
    private static final String IMAGES = "runtime.v1.ImageService/";
    /** Upstream's default of --runtime-request-timeout. */
    private static final Duration USUAL = Duration.ofMinutes(2);

    private static final Duration SANDBOX = Duration.ofMinutes(4);

    private static final String OUT_OF_MEMORY = "OOMKilled";
    private static final int KILLED = 137; // 128 + SIGKILL

    private final GrpcCalls calls;
    private final OutOfMemoryKills kills;
    private final String namespace;

    /**
     * Makes a client; connects on first use and again after the runtime was restarted.
     *
     * @param socket the runtime's Unix socket, at most 107 bytes long
     */
    public static CriRuntime connect(Path socket) {
        return new CriRuntime(new GrpcCalls(socket), "k8s.io", new OutOfMemoryKills());
    }

    private CriRuntime(GrpcCalls calls, String namespace, OutOfMemoryKills kills) {
        this.calls = calls;
        this.namespace = namespace;
        this.kills = kills;
    }

    private <R extends Message> R runtime(String method, Message request, R prototype) {
        return calls.call(RUNTIME + method, request, prototype, USUAL);
    }

    private <R extends Message> R images(String method, Message request, R prototype) {
        return calls.call(IMAGES + method, request, prototype, USUAL);
    }

    /** Carries out a removal or a stop, for which "not found" is success. */
    private static void untilGone(Runnable call) {
        try {
            call.run();
        } catch (RuntimeFailure e) {
            if (!e.isNotFound()) throw e;
        }
    }

    @Override
    public VersionResponse version() {
        return runtime("Version", VersionRequest.getDefaultInstance(), VersionResponse.getDefaultInstance());
    }

    @Override
    public void writeMetrics(StringBuilder out) {
        calls.metrics().write(out);
    }

    @Override
    public StatusResponse status() {
        return calls.call(
                RUNTIME + "Status",
                StatusRequest.getDefaultInstance(),
                StatusResponse.getDefaultInstance(),
                Duration.ofSeconds(10));
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config, String runtimeHandler) {
        var request = RunPodSandboxRequest.newBuilder()
                .setConfig(config)
                .setRuntimeHandler(runtimeHandler)
                .build();
        return calls.call(RUNTIME + "RunPodSandbox", request, RunPodSandboxResponse.getDefaultInstance(), SANDBOX)
                .getPodSandboxId();
    }

    @Override
    public void stopPodSandbox(String id) {
        var request = StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build();
        untilGone(() -> runtime("StopPodSandbox", request, StopPodSandboxResponse.getDefaultInstance()));
    }

    @Override
    public void removePodSandbox(String id) {
        var request = RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build();
        untilGone(() -> runtime("RemovePodSandbox", request, RemovePodSandboxResponse.getDefaultInstance()));
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String id) {
        var request = PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build();
        return runtime("PodSandboxStatus", request, PodSandboxStatusResponse.getDefaultInstance())
                .getStatus();
    }

    @Override
    public OptionalLong sandboxProcess(String id) {
        var request = PodSandboxStatusRequest.newBuilder()
                .setPodSandboxId(id)
                .setVerbose(true)
                .build();
        String info = runtime("PodSandboxStatus", request, PodSandboxStatusResponse.getDefaultInstance())
                .getInfoMap()
                .getOrDefault("info", "{}");
        return ApiObject.ofJson(info.getBytes(StandardCharsets.UTF_8)).tree().get("pid") instanceof Number pid
                        && pid.longValue() > 0
                ? OptionalLong.of(pid.longValue())
                : OptionalLong.empty();
    }

    @Override
    public List<PodSandbox> listPodSandboxes(Map<String, String> labels) {
        var request = ListPodSandboxRequest.newBuilder()
                .setFilter(PodSandboxFilter.newBuilder().putAllLabelSelector(labels))
                .build();
        return runtime("ListPodSandbox", request, ListPodSandboxResponse.getDefaultInstance())
                .getItemsList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        var request = CreateContainerRequest.newBuilder()
                .setPodSandboxId(sandboxId)
                .setConfig(config)
                .setSandboxConfig(sandboxConfig)
                .build();
        return runtime("CreateContainer", request, CreateContainerResponse.getDefaultInstance())
                .getContainerId();
    }

    @Override
    public void startContainer(String id) {
        var request = StartContainerRequest.newBuilder().setContainerId(id).build();
        runtime("StartContainer", request, StartContainerResponse.getDefaultInstance());
    }

    @Override
    public void stopContainer(String id, Duration grace) {
        var request = StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(grace.toSeconds())
                .build();
        untilGone(() -> calls.call(
                RUNTIME + "StopContainer", request, StopContainerResponse.getDefaultInstance(), grace.plus(USUAL)));
    }

    @Override
    public void removeContainer(String id) {
        var request = RemoveContainerRequest.newBuilder().setContainerId(id).build();
        untilGone(() -> runtime("RemoveContainer", request, RemoveContainerResponse.getDefaultInstance()));
    }

    @Override
    public List<Container> listContainers(Map<String, String> labels) {
        var request = ListContainersRequest.newBuilder()
                .setFilter(ContainerFilter.newBuilder().putAllLabelSelector(labels))
                .build();
        return runtime("ListContainers", request, ListContainersResponse.getDefaultInstance())
                .getContainersList();
    }

    @Override
    public ContainerStatus containerStatus(String id) {
        var request = ContainerStatusRequest.newBuilder().setContainerId(id).build();
        return withReason(runtime("ContainerStatus", request, ContainerStatusResponse.getDefaultInstance())
                .getStatus());
    }

    /** A runtime that has missed why a container was killed calls it an error; the kernel knows better. */
    private ContainerStatus withReason(ContainerStatus status) {
        boolean unexplained = status.getState() == ContainerState.CONTAINER_EXITED
                && status.getExitCode() == KILLED
                && !status.getReason().equals(OUT_OF_MEMORY);
        return unexplained && kills.in(status.getId())
                ? status.toBuilder().setReason(OUT_OF_MEMORY).build()
                : status;
    }

    @Override
    public void updateContainerResources(String id, LinuxContainerResources resources) {
        var request = UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(id)
                .setLinux(resources)
                .build();
        runtime("UpdateContainerResources", request, UpdateContainerResourcesResponse.getDefaultInstance());
    }

    @Override
    public void reopenContainerLog(String id) {
        var request = ReopenContainerLogRequest.newBuilder().setContainerId(id).build();
        runtime("ReopenContainerLog", request, ReopenContainerLogResponse.getDefaultInstance());
    }

    @Override
    public ExecSyncResponse execSync(String id, List<String> command, Duration timeout) {
        var request = ExecSyncRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(command)
                .setTimeout(timeout.toSeconds())
                .build();
        // The runtime ends the command at the timeout; the call itself lasts a little longer to hear of it.
        Duration limit = timeout.isZero() ? Duration.ZERO : timeout.plusSeconds(2);
        return calls.call(RUNTIME + "ExecSync", request, ExecSyncResponse.getDefaultInstance(), limit);
    }

    @Override
    public void checkpointContainer(String id, Path location, Duration timeout) {
        var fields = UnknownFieldSet.newBuilder() // CheckpointContainerRequest: container_id, location, timeout
                .addField(1, text(id))
                .addField(2, text(location.toString()))
                .addField(
                        3,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(timeout.toSeconds())
                                .build());
        Empty request = Empty.newBuilder().setUnknownFields(fields.build()).build();
        Duration limit = timeout.isZero() ? SANDBOX : timeout.plusSeconds(2);
        calls.call(RUNTIME + "CheckpointContainer", request, Empty.getDefaultInstance(), limit);
    }

    private static UnknownFieldSet.Field text(String value) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(value))
                .build();
    }

    @Override
    public URI exec(ExecRequest request) {
        return URI.create(
                runtime("Exec", request, ExecResponse.getDefaultInstance()).getUrl());
    }

    @Override
    public URI attach(AttachRequest request) {
        return URI.create(
                runtime("Attach", request, AttachResponse.getDefaultInstance()).getUrl());
    }

    @Override
    public URI portForward(PortForwardRequest request) {
        return URI.create(runtime("PortForward", request, PortForwardResponse.getDefaultInstance())
                .getUrl());
    }

    @Override
    public List<ContainerStats> containerStats() {
        return runtime(
                        "ListContainerStats",
                        ListContainerStatsRequest.getDefaultInstance(),
                        ListContainerStatsResponse.getDefaultInstance())
                .getStatsList();
    }

    @Override
    public List<Image> listImages() {
        return images("ListImages", ListImagesRequest.getDefaultInstance(), ListImagesResponse.getDefaultInstance())
                .getImagesList();
    }

    @Override
    public Optional<Image> imageStatus(String image) {
        var request = ImageStatusRequest.newBuilder().setImage(spec(image)).build();
        var answer = images("ImageStatus", request, ImageStatusResponse.getDefaultInstance());
        return answer.hasImage() ? Optional.of(answer.getImage()) : Optional.empty();
    }

    @Override
    public String pullImage(String image, AuthConfig auth, PodSandboxConfig sandboxConfig) {
        var request = PullImageRequest.newBuilder().setImage(spec(image)).setSandboxConfig(sandboxConfig);
        if (auth != null) request.setAuth(auth);
        return calls.call(IMAGES + "PullImage", request.build(), PullImageResponse.getDefaultInstance(), Duration.ZERO)
                .getImageRef();
    }

    @Override
    public void removeImage(String image) {
        var request = RemoveImageRequest.newBuilder().setImage(spec(image)).build();
        images("RemoveImage", request, RemoveImageResponse.getDefaultInstance());
    }

    @Override
    public List<FilesystemUsage> imageFilesystems() {
        return images("ImageFsInfo", ImageFsInfoRequest.getDefaultInstance(), ImageFsInfoResponse.getDefaultInstance())
                .getImageFilesystemsList();
    }

    @Override
    public AutoCloseable watch(Consumer<RuntimeEvent> listener) {
        return EventWatch.start(calls, this, namespace, listener);
    }

    @Override
    public void close() {
        calls.close();
        kills.close();
    }

    private static ImageSpec spec(String image) {
        return ImageSpec.newBuilder().setImage(image).build();
    }
}
