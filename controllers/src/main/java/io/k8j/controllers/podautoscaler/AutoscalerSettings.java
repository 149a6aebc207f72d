package io.k8j.controllers.podautoscaler;

import java.time.Duration;

/**
 * Upstream's flags {@code --horizontal-pod-autoscaler-…}, with its defaults.
 *
 * @param syncPeriod pause between looks at an autoscaler
 * @param downscaleStabilization how long a higher number of replicas counts after it was recommended
 * @param tolerance how far a metric may be off without consequence, as a part of its target
 * @param cpuInitializationPeriod how long after its start a Pod's processor time may be left out
 * @param initialReadinessDelay how long after its start a Pod that turns unready counts as never having been ready
 * @param concurrentSyncs autoscalers that are looked at at once
 */
public record AutoscalerSettings(
        Duration syncPeriod,
        Duration downscaleStabilization,
        double tolerance,
        Duration cpuInitializationPeriod,
        Duration initialReadinessDelay,
        int concurrentSyncs) {
    public static final AutoscalerSettings DEFAULTS = new AutoscalerSettings(
            Duration.ofSeconds(15), Duration.ofMinutes(5), 0.1, Duration.ofMinutes(5), Duration.ofSeconds(30), 5);

    public AutoscalerSettings {
        if (syncPeriod.isNegative() || syncPeriod.isZero()) {
            throw new IllegalArgumentException("syncPeriod: %s must be positive".formatted(syncPeriod));
        }
        if (concurrentSyncs < 1) {
            throw new IllegalArgumentException("concurrentSyncs: %d must be 1 or more".formatted(concurrentSyncs));
        }
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("tolerance: %s must not be negative".formatted(tolerance));
        }
    }
}
