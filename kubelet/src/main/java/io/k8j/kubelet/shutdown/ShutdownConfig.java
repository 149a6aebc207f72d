package io.k8j.kubelet.shutdown;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How long the end of the node is held up for its Pods to end.
 *
 * @param steps in the order in which Pods end, lowest priority first; none leaves the Pods running
 */
public record ShutdownConfig(List<Step> steps) {
    /** Pods at or above this priority keep the cluster going. */
    private static final int CRITICAL = 2_000_000_000;

    /** Upstream's default: Pods get no time. */
    public static final ShutdownConfig NONE = new ShutdownConfig(List.of());

    /**
     * Pods that end together.
     *
     * @param priority the lowest of them, up to that of the next step; the first step has those below it, too
     * @param period the longest time for all of them
     */
    public record Step(int priority, Duration period) {}

    public ShutdownConfig {
        steps = steps.stream().sorted(Comparator.comparingInt(Step::priority)).toList();
    }

    /**
     * The usual Pods end first, the critical ones last (shutdownGracePeriod, shutdownGracePeriodCriticalPods).
     *
     * @param all how long the end may take; zero leaves the Pods running
     * @param critical how much of that is kept for critical Pods
     * @throws IllegalArgumentException if one does not fit into the other
     */
    public static ShutdownConfig of(Duration all, Duration critical) {
        if (all.isNegative() || critical.isNegative() || critical.compareTo(all) > 0) {
            throw new IllegalArgumentException(
                    "invalid configuration: shutdownGracePeriod %s must be >= shutdownGracePeriodCriticalPods %s"
                            .formatted(seconds(all), seconds(critical)));
        }
        if (all.isZero()) return NONE;
        return new ShutdownConfig(List.of(new Step(0, all.minus(critical)), new Step(CRITICAL, critical)));
    }

    /** Pods end in steps of their priority (shutdownGracePeriodByPodPriority). */
    public static ShutdownConfig byPriority(Map<Integer, Duration> periods) {
        return new ShutdownConfig(periods.entrySet().stream()
                .map(entry -> new Step(entry.getKey(), entry.getValue()))
                .toList());
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + "s";
    }

    /** The longest time that the end of all Pods can take. */
    public Duration total() {
        return steps.stream().map(Step::period).reduce(Duration.ZERO, Duration::plus);
    }
}
