package io.k8j.apiserver;

import java.time.Duration;

/**
 * How much the server does at once and for how long, with upstream's names and defaults.
 *
 * @param maxRequestsInflight requests that only read; with {@code maxMutatingRequestsInflight} the seats that priority and
 *     fairness divides
 * @param maxMutatingRequestsInflight requests that may change something
 * @param priorityAndFairness false for two plain bounds instead
 * @param requestTimeout after which a request that does not go on for long is given up
 * @param minRequestTimeout shortest time after which a watch without a wish of its own ends
 * @param shutdownDelay how long the server goes on serving after it has said that it is not ready any more
 * @param goawayChance chance that an HTTP/2 connection is asked to go elsewhere after a request
 */
public record ServingLimits(
        int maxRequestsInflight,
        int maxMutatingRequestsInflight,
        boolean priorityAndFairness,
        Duration requestTimeout,
        Duration minRequestTimeout,
        Duration shutdownDelay,
        double goawayChance) {
    public static final ServingLimits DEFAULTS =
            new ServingLimits(400, 200, true, Duration.ofSeconds(60), Duration.ofSeconds(1800), Duration.ZERO, 0);

    public ServingLimits {
        if (maxRequestsInflight < 0 || maxMutatingRequestsInflight < 0) {
            throw new IllegalArgumentException(
                    "--max-requests-inflight and --max-mutating-requests-inflight can not be negative value");
        }
        if (requestTimeout.isNegative()) {
            throw new IllegalArgumentException("--request-timeout can not be negative value");
        }
        if (goawayChance < 0 || goawayChance > 0.02) {
            throw new IllegalArgumentException("--goaway-chance can not be less than 0 or greater than 0.02");
        }
        if (shutdownDelay.isNegative()) {
            throw new IllegalArgumentException("--shutdown-delay-duration can not be negative value");
        }
    }
}
