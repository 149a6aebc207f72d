package io.k8j.kubelet.eviction;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node has left, with upstream's thresholds for hard eviction.
 *
 * @param memoryAvailable bytes
 * @param diskAvailable bytes of the file system that Pods write to
 * @param diskCapacity all its bytes; 0 if unknown
 */
public record Signals(long memoryAvailable, long diskAvailable, long diskCapacity) {
    private static final long LEAST_MEMORY = 100L << 20;
    private static final int LEAST_DISK_PERCENT = 10;

    /** Whether there is too little of {@code memory} or {@code ephemeral-storage}. */
    public boolean isShortOf(String resource) {
        return shortages().stream().anyMatch(shortage -> shortage.resource().equals(resource));
    }

    /** What is short; memory first, since it runs out sooner. */
    List<Shortage> shortages() {
        List<Shortage> all = new ArrayList<>();
        if (memoryAvailable < LEAST_MEMORY) all.add(new Shortage("memory", LEAST_MEMORY, memoryAvailable));
        long leastDisk = diskCapacity / 100 * LEAST_DISK_PERCENT;
        if (diskAvailable < leastDisk) all.add(new Shortage("ephemeral-storage", leastDisk, diskAvailable));
        return all;
    }
}
