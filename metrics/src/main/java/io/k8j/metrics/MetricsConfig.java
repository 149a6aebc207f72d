package io.k8j.metrics;

import java.time.Duration;
import java.util.List;

/**
 * Settings with metrics-server's names and defaults.
 *
 * @param metricResolution pause between rounds
 * @param kubeletRequestTimeout how long a kubelet may take to answer
 * @param addressTypes which of a node's addresses is taken, the first that it has
 * @param playedAnnotation key of the annotation of nodes that have no kubelet, because they are only played
 */
public record MetricsConfig(
        Duration metricResolution, Duration kubeletRequestTimeout, List<String> addressTypes, String playedAnnotation) {
    public static final MetricsConfig DEFAULTS = new MetricsConfig(
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            List.of("InternalIP", "ExternalIP", "Hostname"),
            "kwok.x-k8s.io/node");

    public MetricsConfig {
        addressTypes = List.copyOf(addressTypes);
        if (metricResolution.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("metricResolution: %s must be 1 s or more".formatted(metricResolution));
        }
    }
}
