package io.k8j.kubelet.fleet;

import java.time.Duration;
import java.util.Map;

/**
 * Which nodes are played, and how.
 *
 * @param nodes how many nodes are created; 0 plays only those that are there
 * @param namePrefix of their names, followed by a number of five digits
 * @param nodeLabels of the nodes that are created
 * @param capacity and allocatable amounts of the nodes that are created
 * @param annotation key of the annotation of nodes that are played
 * @param annotationValue its value
 * @param leaseDuration for how long a node counts as alive after a renewal; renewed after a quarter of it
 * @param nodeIp address that the nodes tell
 * @param podRange addresses of Pods on nodes without a range of their own, in CIDR form
 * @param workers how many requests run at once
 * @param version of the kubelets that are played
 */
public record FleetConfig(
        int nodes,
        String namePrefix,
        Map<String, String> nodeLabels,
        Map<String, String> capacity,
        String annotation,
        String annotationValue,
        Duration leaseDuration,
        String nodeIp,
        String podRange,
        int workers,
        String version) {
    public static final FleetConfig DEFAULTS = new FleetConfig(
            0,
            "node-",
            Map.of(),
            Map.of("cpu", "32", "memory", "256Gi", "ephemeral-storage", "1Ti", "pods", "110"),
            "kwok.x-k8s.io/node",
            "fake",
            Duration.ofSeconds(40),
            "10.0.0.1",
            "10.64.0.0/10",
            32,
            "v1.36.0");

    public FleetConfig {
        nodeLabels = Map.copyOf(nodeLabels);
        capacity = Map.copyOf(capacity);
        if (nodes < 0) throw new IllegalArgumentException("nodes: %d must not be negative".formatted(nodes));
        if (workers < 1) throw new IllegalArgumentException("workers: %d must be 1 or more".formatted(workers));
        if (leaseDuration.toSeconds() < 1) {
            throw new IllegalArgumentException("leaseDuration: %s must be 1 s or more".formatted(leaseDuration));
        }
        PodAddresses.check(podRange);
    }

    public FleetConfig withNodes(int count, Map<String, String> labels) {
        return new FleetConfig(
                count,
                namePrefix,
                labels,
                capacity,
                annotation,
                annotationValue,
                leaseDuration,
                nodeIp,
                podRange,
                workers,
                version);
    }

    /** With fewer or more requests at once and another version string. */
    public FleetConfig withWorkers(int count, String kubeletVersion) {
        return new FleetConfig(
                nodes,
                namePrefix,
                nodeLabels,
                capacity,
                annotation,
                annotationValue,
                leaseDuration,
                nodeIp,
                podRange,
                count,
                kubeletVersion);
    }

    String nodeName(int number) {
        return "%s%05d".formatted(namePrefix, number);
    }
}
