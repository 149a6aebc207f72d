package io.k8j.kubelet.runtime;

/**
 * What a container that is only played uses.
 *
 * @param cpuMillis thousandths of a core
 * @param memoryBytes its working set
 */
public record Load(long cpuMillis, long memoryBytes) {
    public Load {
        if (cpuMillis < 0 || memoryBytes < 0) {
            throw new IllegalArgumentException("load of %d thousandths of a core and %d bytes: neither may be negative"
                    .formatted(cpuMillis, memoryBytes));
        }
    }
}
