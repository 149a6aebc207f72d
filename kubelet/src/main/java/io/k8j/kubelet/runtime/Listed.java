package io.k8j.kubelet.runtime;

import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerAttributes;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.CpuUsage;
import io.k8j.kubelet.cri.v1.MemoryUsage;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.cri.v1.UInt64Value;

/** Shows sandboxes and containers as lists have them. Pure. */
final class Listed {
    private Listed() {}

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
        long cpuNanos = container.script().cpuMillis() * container.age().toMillis() * 1000;
        UInt64Value memory = UInt64Value.newBuilder()
                .setValue(container.script().memoryBytes())
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
}
