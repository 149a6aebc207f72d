package io.k8j.kubelet.runtime;

import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerAttributes;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.CpuUsage;
import io.k8j.kubelet.cri.v1.MemoryUsage;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxNetworkStatus;
import io.k8j.kubelet.cri.v1.PodSandboxState;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.RuntimeCondition;
import io.k8j.kubelet.cri.v1.RuntimeFeatures;
import io.k8j.kubelet.cri.v1.RuntimeStatus;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.cri.v1.UInt64Value;
import io.k8j.kubelet.cri.v1.VersionResponse;

/** Shows the runtime, sandboxes and containers as its answers have them. Pure. */
final class Listed {
    private Listed() {}

    static VersionResponse version() {
        return VersionResponse.newBuilder()
                .setRuntimeName("simulated")
                .setRuntimeVersion("1.0.0")
                .setRuntimeApiVersion("v1")
                .build();
    }

    static StatusResponse ready() {
        return StatusResponse.newBuilder()
                .setStatus(RuntimeStatus.newBuilder()
                        .addConditions(RuntimeCondition.newBuilder()
                                .setType("RuntimeReady")
                                .setStatus(true))
                        .addConditions(RuntimeCondition.newBuilder()
                                .setType("NetworkReady")
                                .setStatus(true)))
                .setFeatures(RuntimeFeatures.newBuilder().setSupplementalGroupsPolicy(true))
                .build();
    }

    static PodSandbox of(PodSandboxStatus status) {
        return PodSandbox.newBuilder()
                .setId(status.getId())
                .setMetadata(status.getMetadata())
                .setState(status.getState())
                .setCreatedAt(status.getCreatedAt())
                .putAllLabels(status.getLabelsMap())
                .putAllAnnotations(status.getAnnotationsMap())
                .build();
    }

    static Container of(PlayedContainer run) {
        ContainerStatus status = run.status();
        return Container.newBuilder()
                .setId(status.getId())
                .setPodSandboxId(run.sandbox())
                .setMetadata(status.getMetadata())
                .setImage(status.getImage())
                .setImageRef(status.getImageRef())
                .setState(status.getState())
                .setCreatedAt(status.getCreatedAt())
                .putAllLabels(status.getLabelsMap())
                .putAllAnnotations(status.getAnnotationsMap())
                .build();
    }

    /** What a container uses, as its script says. @param at nanoseconds since 1970 */
    static ContainerStats stats(PlayedContainer container, long at) {
        ContainerStatus status = container.status();
        long cpuNanos = container.cpuNanos();
        UInt64Value memory = UInt64Value.newBuilder()
                .setValue(container.load().memoryBytes())
                .build();
        return ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(status.getId())
                        .setMetadata(status.getMetadata())
                        .putAllLabels(status.getLabelsMap())
                        .putAllAnnotations(status.getAnnotationsMap()))
                .setCpu(CpuUsage.newBuilder()
                        .setTimestamp(at)
                        .setUsageCoreNanoSeconds(UInt64Value.newBuilder().setValue(cpuNanos)))
                .setMemory(MemoryUsage.newBuilder()
                        .setTimestamp(at)
                        .setWorkingSetBytes(memory)
                        .setUsageBytes(memory)
                        .setRssBytes(memory))
                .build();
    }

    /** A sandbox that has just been made. */
    static PodSandboxStatus sandbox(String id, PodSandboxConfig config, String address, long nowNanos) {
        return PodSandboxStatus.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(PodSandboxState.SANDBOX_READY)
                .setCreatedAt(nowNanos)
                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp(address))
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    /** A container that has just been made. */
    static ContainerStatus created(String id, ContainerConfig config, long nowNanos) {
        return ContainerStatus.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(ContainerState.CONTAINER_CREATED)
                .setCreatedAt(nowNanos)
                .setImage(
                        config.getImage().toBuilder().setImage(config.getImage().getUserSpecifiedImage()))
                .setImageRef("sha256:" + id)
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .addAllMounts(config.getMountsList())
                .build();
    }
}
