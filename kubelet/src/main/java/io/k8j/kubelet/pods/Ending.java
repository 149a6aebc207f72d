package io.k8j.kubelet.pods;

import java.time.Duration;

/**
 * Why the node ends a Pod for good.
 *
 * @param reason of the Pod's status
 * @param message likewise
 * @param grace the longest time that it gets to end
 */
record Ending(String reason, String message, Duration grace) {
    static final String EVICTED = "Evicted";

    /** Upstream's reason for a Pod that ends with its node. */
    static final String TERMINATED = "Terminated";

    /** Of a Pod that comes when the node goes down. */
    static Ending refusal() {
        return new Ending("NodeShutdown", "Pod was rejected as the node is shutting down.", Duration.ofSeconds(1));
    }

    /** Whether an event tells of it. */
    boolean isTold() {
        return !reason.equals(TERMINATED);
    }
}
