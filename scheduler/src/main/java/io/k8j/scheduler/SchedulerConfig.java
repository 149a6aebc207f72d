package io.k8j.scheduler;

import io.k8j.model.feature.FeatureGates;
import io.k8j.scheduler.extender.ExtenderConfig;
import io.k8j.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Settings of the scheduler, with upstream's names and defaults.
 *
 * @param profiles one per scheduler name
 * @param extenders programs that have a say, in order
 * @param percentageOfNodesToScore how many fitting nodes to find before the best is taken; 0 adapts to their number
 * @param podInitialBackoff first pause of a Pod that was refused
 * @param podMaxBackoff longest pause
 * @param podMaxInUnschedulablePods how long a refused Pod waits for a change that helps it
 * @param gates features that are on
 */
public record SchedulerConfig(
        List<ProfileConfig> profiles,
        List<ExtenderConfig> extenders,
        int percentageOfNodesToScore,
        Duration podInitialBackoff,
        Duration podMaxBackoff,
        Duration podMaxInUnschedulablePods,
        FeatureGates gates) {
    /**
     * Reads the file of upstream's {@code --config}, {@code kubescheduler.config.k8s.io/v1}.
     *
     * @throws IllegalArgumentException naming the field that does not fit
     */
    public static SchedulerConfig parse(byte[] yaml) {
        return SchedulerConfigFile.parse(yaml);
    }

    /**
     * A scheduler name and its plugins.
     *
     * @param schedulerName as in {@code spec.schedulerName}
     * @param plugins which run, and where
     * @param args arguments of plugins by their names
     */
    public record ProfileConfig(String schedulerName, PluginSelection plugins, Map<String, Map<String, Object>> args) {
        public static final ProfileConfig DEFAULT =
                new ProfileConfig("default-scheduler", PluginSelection.DEFAULT, Map.of());

        public ProfileConfig {
            args = Map.copyOf(args);
        }
    }

    public static final SchedulerConfig DEFAULTS = new SchedulerConfig(
            List.of(ProfileConfig.DEFAULT),
            List.of(),
            0,
            SchedulingQueue.Pauses.DEFAULT.first(),
            SchedulingQueue.Pauses.DEFAULT.longest(),
            SchedulingQueue.Pauses.DEFAULT.longestWait(),
            FeatureGates.DEFAULTS);

    public SchedulerConfig withGates(FeatureGates features) {
        return new SchedulerConfig(
                profiles,
                extenders,
                percentageOfNodesToScore,
                podInitialBackoff,
                podMaxBackoff,
                podMaxInUnschedulablePods,
                features);
    }

    /** @param longest how long a refused Pod waits at most without a change that may help */
    public SchedulerConfig withLongestWait(Duration longest) {
        return new SchedulerConfig(
                profiles, extenders, percentageOfNodesToScore, podInitialBackoff, podMaxBackoff, longest, gates);
    }

    public SchedulerConfig {
        profiles = List.copyOf(profiles);
        extenders = List.copyOf(extenders);
        if (extenders.stream()
                        .filter(extender -> !extender.bindVerb().isEmpty())
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "extenders: Invalid value: found more than one extender with bindVerb set");
        }
        if (profiles.isEmpty()) {
            throw new IllegalArgumentException("profiles: need one or more");
        }
        if (percentageOfNodesToScore < 0 || percentageOfNodesToScore > 100) {
            throw new IllegalArgumentException(
                    "percentageOfNodesToScore: %d, want 0 to 100".formatted(percentageOfNodesToScore));
        }
    }
}
