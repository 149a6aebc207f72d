package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.linux.DiskUse;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.spec.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Measures what Pods use. Directories are walked only for Pods that have limits or may be evicted for their use. */
final class PodUses {
    private final ContainerRuntime runtime;
    private final PodWorkers pods;

    PodUses(ContainerRuntime runtime, PodWorkers pods) {
        this.runtime = runtime;
        this.pods = pods;
    }

    /** Measures these Pods; {@code disk} says whether their files are looked at, too. */
    Map<String, PodUse> of(List<Pod> measured, boolean disk) throws IOException {
        Map<String, Map<String, Long>> memory = new HashMap<>();
        Map<String, Map<String, Long>> rootfs = new HashMap<>();
        for (ContainerStats stats : runtime.containerStats()) {
            Map<String, String> labels = stats.getAttributes().getLabelsMap();
            String uid = labels.getOrDefault(Labels.POD_UID, "");
            String name = labels.getOrDefault(Labels.CONTAINER_NAME, "");
            add(memory, uid, name, stats.getMemory().getWorkingSetBytes().getValue());
            add(rootfs, uid, name, stats.getWritableLayer().getUsedBytes().getValue());
        }
        Map<String, PodUse> uses = new HashMap<>();
        for (Pod pod : measured) {
            String uid = pod.getMetadata().getUid();
            Map<String, Long> onDisk = disk ? volumes(pod, false) : Map.of();
            uses.put(
                    uid,
                    new PodUse(
                            memory.getOrDefault(uid, Map.of()),
                            rootfs.getOrDefault(uid, Map.of()),
                            disk ? logs(pod) : Map.of(),
                            onDisk,
                            disk ? volumes(pod, true) : Map.of(),
                            0));
        }
        return uses;
    }

    private static void add(Map<String, Map<String, Long>> to, String uid, String container, long bytes) {
        to.computeIfAbsent(uid, id -> new HashMap<>()).merge(container, bytes, Long::sum);
    }

    /** The number of processes of each Pod. */
    Map<String, PodUse> processes(List<Pod> measured) throws IOException {
        Map<String, PodUse> uses = new HashMap<>();
        for (Pod pod : measured) {
            uses.put(
                    pod.getMetadata().getUid(),
                    new PodUse(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), pods.processesOf(pod)));
        }
        return uses;
    }

    private Map<String, Long> logs(Pod pod) throws IOException {
        Map<String, Long> logs = new HashMap<>();
        List<RuntimePod.RuntimeContainer> containers = pods.runtimeOf(
                        pod.getMetadata().getUid())
                .map(RuntimePod::containers)
                .orElse(List.of());
        for (RuntimePod.RuntimeContainer container : containers) {
            Path directory = pods.logDirectory(pod).resolve(container.name());
            logs.put(container.name(), DiskUse.of(directory));
        }
        return logs;
    }

    /** Volumes that lie on the node: those on its disk, or the limited emptyDirs, which may lie in memory. */
    private Map<String, Long> volumes(Pod pod, boolean limited) throws IOException {
        Map<String, Long> use = new HashMap<>();
        List<Volume> volumes = limited
                ? StorageLimits.limitedVolumes(pod)
                : pod.getSpec().getVolumes() == null ? List.of() : pod.getSpec().getVolumes();
        for (Volume volume : volumes) {
            String plugin = plugin(volume, limited);
            if (plugin.isEmpty()) continue;
            Path directory =
                    pods.directory(pod).resolve("volumes").resolve(plugin).resolve(volume.getName());
            use.put(volume.getName(), DiskUse.of(directory));
        }
        return use;
    }

    private static String plugin(Volume volume, boolean inMemoryToo) {
        if (volume.getEmptyDir() != null) {
            boolean memory = "Memory".equals(volume.getEmptyDir().getMedium());
            return memory && !inMemoryToo ? "" : "kubernetes.io~empty-dir";
        }
        if (volume.getConfigMap() != null) return "kubernetes.io~configmap";
        if (volume.getDownwardAPI() != null) return "kubernetes.io~downward-api";
        return ""; // what is projected or secret lies in memory
    }
}
