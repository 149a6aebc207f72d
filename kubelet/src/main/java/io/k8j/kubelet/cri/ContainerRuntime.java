package io.k8j.kubelet.cri;

import io.grpc.Status;
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
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.PortForwardRequest;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.VersionResponse;
import io.k8j.kubelet.probes.Probes;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Runs sandboxes and containers and holds their images: CRI v1 as a Java interface, so that a simulated runtime can
 * take a real one's place. Its values are CRI's own immutable messages.
 *
 * <p>Every method blocks until the runtime has answered, may be called by any thread, and throws
 * {@link RuntimeFailure} with the runtime's code and words if it refuses. Stopping and removing are idempotent: what is
 * not there any more counts as stopped and removed.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/containers/cri/">Container Runtime Interface</a>
 */
public interface ContainerRuntime extends AutoCloseable {
    /** Asks for the runtime's name and version. */
    VersionResponse version();

    /** Appends what is counted of calls, in Prometheus' text format; nothing if nothing is. */
    default void writeMetrics(StringBuilder out) {}

    /** Asks whether runtime and network are ready. */
    StatusResponse status();

    /** Creates and starts a sandbox with its network; answers its id. */
    String runPodSandbox(PodSandboxConfig config, String runtimeHandler);

    /** Kills whatever runs in a sandbox and takes its network down. */
    void stopPodSandbox(String id);

    /** Removes a sandbox and all containers in it. */
    void removePodSandbox(String id);

    /** Reads a sandbox's state and addresses. */
    PodSandboxStatus podSandboxStatus(String id);

    /** The process on this machine that holds a sandbox's namespaces; empty if the runtime does not tell. */
    default OptionalLong sandboxProcess(String id) {
        return OptionalLong.empty();
    }

    /** Lists the sandboxes that carry all of {@code labels}; all sandboxes if there are none. */
    List<PodSandbox> listPodSandboxes(Map<String, String> labels);

    /** Creates a container in a sandbox without starting it; answers its id. */
    String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig);

    /** Starts a created container. */
    void startContainer(String id);

    /** Sends the stop signal, waits up to {@code grace}, then kills. Returns when the container has ended. */
    void stopContainer(String id, Duration grace);

    /** Removes a container that does not run any more, or kills and removes it. */
    void removeContainer(String id);

    /** Lists the containers that carry all of {@code labels}; all containers if there are none. */
    List<Container> listContainers(Map<String, String> labels);

    /** Reads a container's state, times and exit code. */
    ContainerStatus containerStatus(String id);

    /** Changes the cgroup values of a running container. */
    void updateContainerResources(String id, LinuxContainerResources resources);

    /** Makes the runtime open a container's log file anew after it was renamed. */
    void reopenContainerLog(String id);

    /** Runs a command to its end; a {@code timeout} of zero means none, otherwise the code is DeadlineExceeded. */
    ExecSyncResponse execSync(String id, List<String> command, Duration timeout);

    /**
     * Writes a running container's state into a file, from which it can be restored.
     *
     * @param timeout zero for the runtime's own
     */
    default void checkpointContainer(String id, Path location, Duration timeout) {
        throw new RuntimeFailure(Status.Code.UNIMPLEMENTED, "method CheckpointContainer not implemented", null);
    }

    /**
     * Tells a probe's result where there is nothing to ask, because containers are only played.
     *
     * @param command of an exec probe; empty for probes over the network
     * @return empty if the probe is to be carried out; otherwise why it fails, an empty text if it succeeds
     */
    default Optional<String> playProbe(String id, Probes.Type type, List<String> command) {
        return Optional.empty();
    }

    /** Whether Pods can be reached over the network; where they are only played, there is nobody to answer. */
    default boolean hasNetwork() {
        return true;
    }

    /** Prepares an interactive command; answers where to stream to, with SPDY/3.1. */
    URI exec(ExecRequest request);

    /** Prepares an attachment to a container's main process; answers where to stream to. */
    URI attach(AttachRequest request);

    /** Prepares port forwarding into a sandbox; answers where to stream to. */
    URI portForward(PortForwardRequest request);

    /** Reads cpu, memory and disk use of all running containers. */
    List<ContainerStats> containerStats();

    /**
     * What the whole node uses.
     *
     * @param cpuNanos processor time since some start
     * @param memoryBytes working set
     */
    record NodeUse(long cpuNanos, long memoryBytes) {}

    /** What the node uses where nodes are only played; empty if the machine itself is to be measured. */
    default Optional<NodeUse> playedNode() {
        return Optional.empty();
    }

    /** Lists the images that are on this machine. */
    List<Image> listImages();

    /** Looks for an image by name or id. */
    Optional<Image> imageStatus(String image);

    /** Pulls an image; answers its id. {@code auth} may be null. */
    String pullImage(String image, AuthConfig auth, PodSandboxConfig sandboxConfig);

    /** Removes an image. */
    void removeImage(String image);

    /** Tells the space that images take; empty if the runtime does not know. */
    List<FilesystemUsage> imageFilesystems();

    /**
     * Tells {@code listener} of each container or sandbox that ends, after {@link #containerStatus} shows it.
     * Events may be missed when the runtime restarts; a {@link RuntimeEvent#relist()} then asks to look at everything.
     * The listener runs on threads of this object and must not block for long.
     *
     * @return closes the subscription
     */
    AutoCloseable watch(Consumer<RuntimeEvent> listener);

    @Override
    void close();
}
