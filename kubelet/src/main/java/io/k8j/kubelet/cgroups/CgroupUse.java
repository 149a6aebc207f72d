package io.k8j.kubelet.cgroups;

import java.util.List;
import java.util.Map;

/**
 * What a cgroup and all below it have used.
 *
 * @param figures seconds, bytes or pieces; those that the kernel does not tell are missing
 * @param disks what was read from and written to each disk
 */
public record CgroupUse(Map<Figure, Double> figures, List<DiskTraffic> disks) {
    /**
     * Traffic with one disk.
     *
     * @param device such as {@code /dev/vda}
     */
    public record DiskTraffic(String device, long reads, long writes, long bytesRead, long bytesWritten) {}
}
