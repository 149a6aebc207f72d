package io.k8j.kubelet.pods.config;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.pods.spec.Amounts;
import io.k8j.kubelet.pods.spec.NodeInfo;
import io.k8j.kubelet.pods.spec.OomScore;
import io.k8j.kubelet.pods.spec.QosClass;
import io.k8j.kubelet.pods.spec.Requests;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Pod's place and limits in the cgroup tree: {@code kubepods/<class>/pod<uid>}, with cgroups v1, v2 and both side by
 * side. What cannot be set here (no such controller, no permission) is left out; the runtime sets each container's own.
 */
public final class Cgroups {
    private static final Logger log = LoggerFactory.getLogger(Cgroups.class);
    private static final long PERIOD = 100_000;
    private static final long MIN_QUOTA = 1_000;
    static final long MIN_SHARES = 2;
    private static final long MAX_SHARES = 262_144;

    private Cgroups() {}

    /**
     * The path of a Pod's cgroup below the hierarchy's root.
     *
     * @param root the node's part of the hierarchy
     */
    public static String parentOf(Pod pod, String root) {
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

    /**
     * What bounds a container's processes.
     *
     * @param memoryCapacity of the node, in bytes
     */
    public static LinuxContainerResources of(Pod pod, Container container, long memoryCapacity) {
        Quantity cpuRequest = Amounts.request(container, "cpu");
        long cpuLimit = Amounts.milli(Amounts.limit(pod, container, "cpu"));
        long request = cpuRequest == null ? cpuLimit : Amounts.milli(cpuRequest);
        return LinuxContainerResources.newBuilder()
                .setCpuPeriod(PERIOD)
                .setCpuShares(shares(request))
                .setCpuQuota(quota(cpuLimit))
                .setMemoryLimitInBytes(Amounts.whole(Amounts.limit(pod, container, "memory")))
                .setOomScoreAdj(OomScore.of(pod, container, memoryCapacity))
                .build();
    }

    /** What bounds the whole Pod. */
    public static CgroupFiles.Limits limits(Pod pod) {
        return new CgroupFiles.Limits(
                shares(Requests.of(pod, "cpu")), quota(Requests.limit(pod, "cpu")), Requests.limit(pod, "memory"));
    }

    /** Makes the Pod's cgroup with the limits of the whole Pod. */
    public static void create(Pod pod, NodeInfo node) {
        try {
            set(pod, limits(pod), node);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("cgroup", parentOf(pod, node.cgroupRoot()))
                    .setCause(e)
                    .log("limits of the whole pod are not set");
        }
    }

    /** Makes the Pod's cgroup, or changes its limits. */
    public static void set(Pod pod, CgroupFiles.Limits limits, NodeInfo node) throws IOException {
        if (!node.realMounts()) return;
        // All Pods without requests together get the least.
        boolean least = QosClass.of(pod) == QosClass.BEST_EFFORT;
        CgroupFiles.HERE.create(parentOf(pod, node.cgroupRoot()).substring(1), limits, least);
    }

    /** How many processes a Pod has; 0 if that cannot be known. */
    public static long processes(Pod pod, NodeInfo node) throws IOException {
        return node.realMounts()
                ? CgroupFiles.HERE.processes(parentOf(pod, node.cgroupRoot()).substring(1))
                : 0;
    }

    /** Removes the Pod's cgroup from all hierarchies; what still has processes stays. */
    public static void remove(Pod pod, NodeInfo node) {
        if (node.realMounts())
            CgroupFiles.HERE.remove(parentOf(pod, node.cgroupRoot()).substring(1));
    }
}
