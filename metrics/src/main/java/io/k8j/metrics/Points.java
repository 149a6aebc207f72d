package io.k8j.metrics;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What one round has measured.
 *
 * @param nodes by name
 * @param pods containers by name, by namespace and name of their Pod
 */
record Points(Map<String, Point> nodes, Map<PodName, Map<String, Point>> pods) {
    record PodName(String namespace, String name) {}

    /**
     * One measurement.
     *
     * @param start when the container began; {@link Instant#EPOCH} if it is not known, as of nodes
     * @param cpuNanos processor time since then
     * @param memoryBytes working set
     */
    record Point(Instant start, Instant timestamp, long cpuNanos, long memoryBytes) {
        /** Whether both amounts are known: upstream takes none for a measurement that failed. */
        boolean isComplete() {
            return cpuNanos != 0 && memoryBytes != 0 && timestamp.isAfter(Instant.EPOCH);
        }
    }

    static Points none() {
        return new Points(new HashMap<>(), new HashMap<>());
    }

    /** Adds another node's; what is there already stays. */
    void addAll(Points other) {
        other.nodes.forEach(nodes::putIfAbsent);
        other.pods.forEach(pods::putIfAbsent);
    }
}
