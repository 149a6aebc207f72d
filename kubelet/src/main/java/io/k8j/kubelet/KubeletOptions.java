package io.k8j.kubelet;

import io.k8j.kubelet.eviction.EvictionConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings that few change, under upstream's names.
 *
 * @param eviction when Pods are ended for the node's sake
 * @param podManifestPath file or directory with static Pods (--pod-manifest-path); null if there are none
 * @param fileCheckFrequency how often it is looked at (--file-check-frequency)
 * @param shutdownGracePeriod how long the end of the node is held up for its Pods to end; zero leaves them running
 *     (shutdownGracePeriod)
 * @param shutdownGracePeriodCriticalPods how much of that is kept for critical Pods (shutdownGracePeriodCriticalPods)
 */
public record KubeletOptions(
        EvictionConfig eviction,
        Path podManifestPath,
        Duration fileCheckFrequency,
        Duration shutdownGracePeriod,
        Duration shutdownGracePeriodCriticalPods) {
    /** Upstream's. */
    public static final KubeletOptions DEFAULTS =
            new KubeletOptions(EvictionConfig.DEFAULTS, null, Duration.ofSeconds(20), Duration.ZERO, Duration.ZERO);

    public KubeletOptions {
        if (shutdownGracePeriod.isNegative()
                || shutdownGracePeriodCriticalPods.isNegative()
                || shutdownGracePeriodCriticalPods.compareTo(shutdownGracePeriod) > 0) {
            throw new IllegalArgumentException(
                    "invalid configuration: shutdownGracePeriod %s must be >= shutdownGracePeriodCriticalPods %s"
                            .formatted(seconds(shutdownGracePeriod), seconds(shutdownGracePeriodCriticalPods)));
        }
        if (fileCheckFrequency.isNegative() || fileCheckFrequency.isZero()) {
            throw new IllegalArgumentException("file-check-frequency must be positive");
        }
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + "s";
    }

    public KubeletOptions withEviction(EvictionConfig other) {
        return new KubeletOptions(
                other, podManifestPath, fileCheckFrequency, shutdownGracePeriod, shutdownGracePeriodCriticalPods);
    }

    public KubeletOptions withPodManifests(Path path, Duration frequency) {
        return new KubeletOptions(eviction, path, frequency, shutdownGracePeriod, shutdownGracePeriodCriticalPods);
    }

    public KubeletOptions withShutdown(Duration all, Duration critical) {
        return new KubeletOptions(eviction, podManifestPath, fileCheckFrequency, all, critical);
    }
}
