package io.k8j.kubelet.eviction;

import java.util.Map;

/**
 * What one Pod uses.
 *
 * @param memory bytes by container
 * @param rootfs bytes of the writable layer by container
 * @param logs bytes of logs by container
 * @param volumes bytes on the node's disk by volume; only measured where there is a limit
 * @param emptyDirs bytes by emptyDir, those in memory, too; only measured where there is a limit
 * @param processes number of processes
 */
record PodUse(
        Map<String, Long> memory,
        Map<String, Long> rootfs,
        Map<String, Long> logs,
        Map<String, Long> volumes,
        Map<String, Long> emptyDirs,
        long processes) {
    static final PodUse NOTHING = new PodUse(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), 0);

    /** Bytes on the node's disk by container: its layer and its logs. */
    long disk(String container) {
        return rootfs.getOrDefault(container, 0L) + logs.getOrDefault(container, 0L);
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }

    long allDisk() {
        return sum(rootfs) + sum(logs) + sum(volumes);
    }

    /** What the Pod uses of a resource. */
    long total(String resource) {
        return switch (resource) {
            case "memory" -> sum(memory);
            case "pids" -> processes;
            default -> allDisk();
        };
    }

    long of(String container, String resource) {
        return switch (resource) {
            case "memory" -> memory.getOrDefault(container, 0L);
            case "ephemeral-storage" -> disk(container);
            default -> 0;
        };
    }
}
