package io.k8j.model.usage;

/**
 * What a node or a container uses.
 *
 * @param cpuNanos billionths of a core, on average over the window
 * @param memoryBytes working set at the end of the window
 */
public record Usage(long cpuNanos, long memoryBytes) {
    /** The sum of both. */
    public Usage plus(Usage other) {
        return new Usage(cpuNanos + other.cpuNanos, memoryBytes + other.memoryBytes);
    }
}
