package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Pod's place and limits in the cgroup tree: {@code kubepods/<class>/pod<uid>}, with cgroups v1, v2 and both side by
 * side. What cannot be set here (no such controller, no permission) is left out; the runtime sets each container's own.
 */
final class Cgroups {
    private static final Logger log = LoggerFactory.getLogger(Cgroups.class);
    private static final long PERIOD = 100_000;
    private static final long MIN_QUOTA = 1_000;
    static final long MIN_SHARES = 2;
    private static final long MAX_SHARES = 262_144;

    private Cgroups() {}

    static String parentOf(Pod pod, String root) {
        QosClass qos = QosClass.of(pod);
        String base = (root.endsWith("/") ? root : root + "/") + "kubepods";
        if (!qos.cgroup().isEmpty()) base += "/" + qos.cgroup();
        return base + "/pod" + pod.getMetadata().getUid();
    }

    /** Shares of CPU time for a request. */
    static long shares(long milliCpu) {
        if (milliCpu <= 0) return MIN_SHARES;
        return Math.clamp(milliCpu * 1024 / 1000, MIN_SHARES, MAX_SHARES);
    }

    /** CPU time per period for a limit; 0 if there is none. */
    static long quota(long milliCpu) {
        return milliCpu <= 0 ? 0 : Math.max(milliCpu * PERIOD / 1000, MIN_QUOTA);
    }

    static LinuxContainerResources of(Pod pod, Container container, long memoryCapacity) {
        Quantity cpuRequest = Amounts.request(container, "cpu");
        long cpuLimit = Amounts.milli(Amounts.limit(container, "cpu"));
        long request = cpuRequest == null ? cpuLimit : Amounts.milli(cpuRequest);
        return LinuxContainerResources.newBuilder()
                .setCpuPeriod(PERIOD)
                .setCpuShares(shares(request))
                .setCpuQuota(quota(cpuLimit))
                .setMemoryLimitInBytes(Amounts.whole(Amounts.limit(container, "memory")))
                .setOomScoreAdj(oomScore(pod, container, memoryCapacity))
                .build();
    }

    /** How willing the kernel is to kill the container when memory runs out; upstream's values. */
    static int oomScore(Pod pod, Container container, long memoryCapacity) {
        return switch (QosClass.of(pod)) {
            case GUARANTEED -> -997;
            case BEST_EFFORT -> 1000;
            case BURSTABLE -> {
                long request = Amounts.whole(Amounts.request(container, "memory"));
                long score = 1000 - 1000 * request / Math.max(1, memoryCapacity);
                yield Math.clamp(score, 3, 999);
            }
        };
    }

    /** Makes the Pod's cgroup with the limits of the whole Pod. */
    static void create(Pod pod, NodeInfo node) {
        if (!node.realMounts()) return;
        String path = parentOf(pod, node.cgroupRoot());
        long shares = 0;
        long quota = 0;
        long memory = 0;
        boolean allCpu = true;
        boolean allMemory = true;
        for (Container container : pod.getSpec().getContainers()) {
            var resources = of(pod, container, node.memoryCapacity());
            shares += resources.getCpuShares() == MIN_SHARES ? 0 : resources.getCpuShares();
            allCpu &= resources.getCpuQuota() > 0;
            allMemory &= resources.getMemoryLimitInBytes() > 0;
            quota += resources.getCpuQuota();
            memory += resources.getMemoryLimitInBytes();
        }
        var limits = new CgroupFiles.Limits(Math.max(shares, MIN_SHARES), allCpu ? quota : 0, allMemory ? memory : 0);
        try {
            // All Pods without requests together get the least.
            CgroupFiles.HERE.create(path.substring(1), limits, QosClass.of(pod) == QosClass.BEST_EFFORT);
        } catch (IOException e) {
            log.atWarn().addKeyValue("cgroup", path).setCause(e).log("limits of the whole pod are not set");
        }
    }

    /** How many processes a Pod has; 0 if that cannot be known. */
    static long processes(Pod pod, NodeInfo node) throws IOException {
        return node.realMounts()
                ? CgroupFiles.HERE.processes(parentOf(pod, node.cgroupRoot()).substring(1))
                : 0;
    }

    /** Removes the Pod's cgroup from all hierarchies; what still has processes stays. */
    static void remove(Pod pod, NodeInfo node) {
        if (node.realMounts())
            CgroupFiles.HERE.remove(parentOf(pod, node.cgroupRoot()).substring(1));
    }
}
