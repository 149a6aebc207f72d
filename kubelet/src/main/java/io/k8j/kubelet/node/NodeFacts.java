package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.ContainerImageBuilder;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeFeatures;
import io.fabric8.kubernetes.api.model.NodeRuntimeHandler;
import io.fabric8.kubernetes.api.model.NodeRuntimeHandlerBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.NodeSystemInfoBuilder;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.RuntimeCondition;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.VersionResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Works out a Node's status from the machine and the runtime. Called by one thread at a time. */
public final class NodeFacts {
    private static final int MAX_IMAGES = 50;
    private static final int MAX_NAMES = 5;

    /** A runtime that is silent for less is taken to be starting again: its Pods go on and stay in their Services. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final KubeletConfig config;
    private final ContainerRuntime runtime;
    private final Machine machine;
    private final Supplier<Set<String>> pressure;
    private final BooleanSupplier goingDown;
    private volatile NodeFeatures features; // what the runtime says that it can; null if it says nothing
    private volatile List<NodeRuntimeHandler> handlers = List.of(); // likewise of each of its handlers
    private volatile Instant heard = Instant.EPOCH; // when the runtime last answered

    /**
     * Works for this node.
     *
     * @param pressure types of the pressure conditions that are true
     * @param goingDown whether the node goes down
     */
    public NodeFacts(
            KubeletConfig config,
            ContainerRuntime runtime,
            Machine machine,
            Supplier<Set<String>> pressure,
            BooleanSupplier goingDown) {
        this.goingDown = goingDown;
        this.pressure = pressure;
        this.config = config;
        this.runtime = runtime;
        this.machine = machine;
    }

    /** This machine's architecture by Go's name. */
    public static String architecture() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    NodeStatus status(List<NodeCondition> known, String now, int port) {
        List<NodeAddress> addresses = new ArrayList<>();
        for (String ip : config.nodeIps()) addresses.add(new NodeAddress(ip, "InternalIP"));
        addresses.add(new NodeAddress(config.nodeName(), "Hostname"));
        return new NodeStatusBuilder()
                .withAddresses(addresses)
                .withCapacity(machine.capacity(config.maxPods()))
                .withAllocatable(
                        machine.allocatable(config.maxPods(), config.options().eviction()))
                .withConditions(conditions(known, now))
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(port)
                .endDaemonEndpoints()
                .withNodeInfo(info())
                .withFeatures(features)
                .withRuntimeHandlers(handlers)
                .withImages(images())
                .build();
    }

    /** What the runtime says that it can; null if it says nothing, or does not answer. */
    NodeFeatures features() {
        if (features == null) readFeatures();
        return features;
    }

    private void readFeatures() {
        try {
            take(runtime.status());
        } catch (RuntimeFailure runtimeDown) {
            return; // it may say so later
        }
    }

    private void take(StatusResponse status) {
        features = status.hasFeatures() ? new NodeFeatures(status.getFeatures().getSupplementalGroupsPolicy()) : null;
        handlers = handlers(status);
    }

    /** What can be asked of each of the runtime's handlers; older runtimes do not say. */
    static List<NodeRuntimeHandler> handlers(StatusResponse status) {
        return status.getRuntimeHandlersList().stream()
                .map(handler -> new NodeRuntimeHandlerBuilder()
                        .withName(handler.getName())
                        .withNewFeatures()
                        .withRecursiveReadOnlyMounts(handler.getFeatures().getRecursiveReadOnlyMounts())
                        .withUserNamespaces(handler.getFeatures().getUserNamespaces())
                        .endFeatures()
                        .build())
                .toList();
    }

    private List<ContainerImage> images() {
        try {
            return runtime.listImages().stream()
                    .sorted(Comparator.comparingLong(Image::getSize).reversed())
                    .limit(MAX_IMAGES)
                    .map(image -> new ContainerImageBuilder()
                            .withNames(
                                    Stream.concat(image.getRepoDigestsList().stream(), image.getRepoTagsList().stream())
                                            .limit(MAX_NAMES)
                                            .toList())
                            .withSizeBytes(image.getSize())
                            .build())
                    .toList();
        } catch (RuntimeFailure runtimeDown) {
            return List.of(); // the Ready condition tells it
        }
    }

    private NodeSystemInfo info() {
        String runtimeVersion = "Unknown";
        try {
            VersionResponse version = runtime.version();
            runtimeVersion = version.getRuntimeName() + "://" + version.getRuntimeVersion();
        } catch (RuntimeFailure runtimeDown) {
            // the Ready condition tells it
        }
        return new NodeSystemInfoBuilder()
                .withMachineID(machineId())
                .withSystemUUID(systemUuid())
                .withBootID(bootId())
                .withKernelVersion(read("/proc/sys/kernel/osrelease"))
                .withOsImage(osImage())
                .withContainerRuntimeVersion(runtimeVersion)
                .withKubeletVersion(config.version())
                .withKubeProxyVersion("")
                .withOperatingSystem("linux")
                .withArchitecture(architecture())
                .build();
    }

    /** Tells this machine's installation from others; empty if that is not known. */
    public static String machineId() {
        return read("/etc/machine-id");
    }

    /** Tells this run of the kernel from others. */
    public static String bootId() {
        return read("/proc/sys/kernel/random/boot_id");
    }

    /** The firmware's, or else the same as the machine's id. */
    public static String systemUuid() {
        String firmware = read("/sys/class/dmi/id/product_uuid");
        return firmware.isEmpty() ? machineId() : firmware;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    private static String osImage() {
        return read("/etc/os-release")
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse(System.getProperty("os.name"));
    }

    private List<NodeCondition> conditions(List<NodeCondition> known, String now) {
        Set<String> pressures = pressure.get();
        boolean memory = pressures.contains("MemoryPressure");
        boolean disk = pressures.contains("DiskPressure");
        boolean pids = pressures.contains("PIDPressure");
        String notReady = whyNotReady(Instant.parse(now));
        return List.of(
                condition(
                        known,
                        now,
                        "MemoryPressure",
                        memory,
                        memory ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
                        memory
                                ? "kubelet has insufficient memory available"
                                : "kubelet has sufficient memory available"),
                condition(
                        known,
                        now,
                        "DiskPressure",
                        disk,
                        disk ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
                        disk ? "kubelet has disk pressure" : "kubelet has no disk pressure"),
                condition(
                        known,
                        now,
                        "PIDPressure",
                        pids,
                        pids ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID",
                        pids ? "kubelet has insufficient PID available" : "kubelet has sufficient PID available"),
                condition(
                        known,
                        now,
                        "Ready",
                        notReady.isEmpty(),
                        notReady.isEmpty() ? "KubeletReady" : "KubeletNotReady",
                        notReady.isEmpty() ? "kubelet is posting ready status" : notReady));
    }

    private String whyNotReady(Instant now) {
        try {
            StatusResponse status = runtime.status();
            heard = now;
            take(status);
            List<String> reasons = new ArrayList<>();
            for (String type : List.of("RuntimeReady", "NetworkReady")) {
                Optional<RuntimeCondition> condition = status.getStatus().getConditionsList().stream()
                        .filter(one -> one.getType().equals(type))
                        .findFirst();
                if (condition.isPresent() && condition.get().getStatus()) continue;
                String why = condition
                        .map(c -> "%s=%s reason:%s message:%s"
                                .formatted(c.getType(), c.getStatus(), c.getReason(), c.getMessage()))
                        .orElse(type + "=unknown");
                reasons.add((type.equals("NetworkReady")
                                ? "container runtime network not ready: "
                                : "container runtime not ready: ")
                        + why);
            }
            if (goingDown.getAsBoolean()) reasons.add("node is shutting down");
            return reasons.size() > 1 ? "[" + String.join(", ", reasons) + "]" : String.join("", reasons);
        } catch (RuntimeFailure e) {
            return now.isBefore(heard.plus(SILENCE)) ? "" : "container runtime is down";
        }
    }

    private static NodeCondition condition(
            List<NodeCondition> known, String now, String type, boolean value, String reason, String message) {
        String text = value ? "True" : "False";
        String since = known.stream()
                .filter(condition -> condition.getType().equals(type) && text.equals(condition.getStatus()))
                .map(NodeCondition::getLastTransitionTime)
                .findFirst()
                .orElse(now);
        return new NodeConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastHeartbeatTime(now)
                .withLastTransitionTime(since)
                .build();
    }
}
