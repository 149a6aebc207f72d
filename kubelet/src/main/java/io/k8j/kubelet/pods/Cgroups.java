package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    private static final long MIN_SHARES = 2;
    private static final long MAX_SHARES = 262_144;
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");

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
        shares = Math.max(shares, MIN_SHARES);
        try {
            if (Files.exists(MOUNT.resolve("cgroup.controllers"))) {
                createV2(path, shares, allCpu ? quota : 0, allMemory ? memory : 0);
            } else {
                Path cpu = make("cpu", path);
                if (cpu != null) {
                    // All Pods without requests together get the least.
                    if (QosClass.of(pod) == QosClass.BEST_EFFORT) set(cpu.getParent(), "cpu.shares", MIN_SHARES);
                    set(cpu, "cpu.shares", shares);
                    if (allCpu) {
                        set(cpu, "cpu.cfs_period_us", PERIOD);
                        set(cpu, "cpu.cfs_quota_us", quota);
                    }
                }
                Path mem = make("memory", path);
                if (mem != null && allMemory) set(mem, "memory.limit_in_bytes", memory);
            }
        } catch (IOException e) {
            log.atWarn().addKeyValue("cgroup", path).setCause(e).log("limits of the whole pod are not set");
        }
    }

    private static void createV2(String path, long shares, long quota, long memory) throws IOException {
        Path directory = MOUNT;
        for (Path part : Path.of(path.substring(1))) {
            Path control = directory.resolve("cgroup.subtree_control");
            for (String controller : List.of("+cpu", "+memory", "+pids", "+cpuset", "+io")) {
                try {
                    Files.writeString(control, controller);
                } catch (IOException e) {
                    log.atDebug().addKeyValue("controller", controller).log("cgroup controller not available");
                }
            }
            directory = directory.resolve(part.toString());
            if (!Files.isDirectory(directory)) Files.createDirectory(directory);
        }
        set(directory, "cpu.weight", 1 + (shares - 2) * 9999 / 262142);
        if (quota > 0) Files.writeString(directory.resolve("cpu.max"), quota + " " + PERIOD);
        if (memory > 0) set(directory, "memory.max", memory);
    }

    private static Path make(String controller, String path) throws IOException {
        Path mount = MOUNT.resolve(controller);
        return Files.isDirectory(mount) ? Files.createDirectories(mount.resolve(path.substring(1))) : null;
    }

    private static void set(Path cgroup, String file, long value) throws IOException {
        Path target = cgroup.resolve(file);
        if (Files.exists(target)) Files.writeString(target, Long.toString(value));
    }

    /** How many processes a Pod has; 0 if that cannot be known. */
    static long processes(Pod pod, NodeInfo node) throws IOException {
        if (!node.realMounts()) return 0;
        String path = parentOf(pod, node.cgroupRoot()).substring(1);
        for (Path mount : List.of(MOUNT, MOUNT.resolve("pids"))) {
            Path file = mount.resolve(path).resolve("pids.current");
            if (Files.exists(file)) return Long.parseLong(Files.readString(file).strip());
        }
        return 0;
    }

    /** Removes the Pod's cgroup from all hierarchies; what still has processes stays. */
    static void remove(Pod pod, NodeInfo node) {
        if (!node.realMounts()) return;
        String path = parentOf(pod, node.cgroupRoot()).substring(1);
        List<Path> roots = new ArrayList<>(List.of(MOUNT));
        try (DirectoryStream<Path> children = Files.newDirectoryStream(MOUNT, Files::isDirectory)) {
            children.forEach(roots::add);
        } catch (IOException e) {
            return; // no cgroups on this machine
        }
        for (Path root : roots) removeTree(root.resolve(path));
    }

    private static void removeTree(Path cgroup) {
        if (!Files.isDirectory(cgroup)) return;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(cgroup, Files::isDirectory)) {
            children.forEach(Cgroups::removeTree);
            Files.delete(cgroup);
        } catch (IOException e) {
            log.atDebug().addKeyValue("cgroup", cgroup).setCause(e).log("cgroup not removed yet");
        }
    }
}
