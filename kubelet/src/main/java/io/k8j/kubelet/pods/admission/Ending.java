package io.k8j.kubelet.pods.admission;

import java.time.Duration;

/**
 * Why the node ends a Pod for good.
 *
 * @param reason of the Pod's status
 * @param message likewise
 * @param grace the longest time that it gets to end
 * @param refused whether the node never took it
 * @param disruption what the condition DisruptionTarget says; null if the Pod itself has done wrong
 */
public record Ending(String reason, String message, Duration grace, boolean refused, String disruption) {
    public static final String EVICTED = "Evicted";

    private static final String SHUTDOWN = "NodeShutdown";

    /** Upstream's reason for a Pod that ends with its node. */
    public static final String TERMINATED = "Terminated";

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** Of a Pod that takes too much. */
    public static Ending limit(String message, Duration grace) {
        return new Ending(EVICTED, message, grace, false, null);
    }

    /** Of a Pod that the node can no longer have, for no fault of its own. */
    public static Ending disruption(String reason, String message, Duration grace) {
        return new Ending(reason, message, grace, false, message);
    }

    /** Of a Pod that makes room for one that keeps the cluster going; it has all the time it wants. */
    public static Ending preemption() {
        return new Ending(
                "Preempting",
                "Preempted in order to admit critical pod",
                Duration.ofDays(365),
                false,
                "Pod was preempted by Kubelet to accommodate a critical pod.");
    }

    /** Of a Pod that does not fit. */
    public static Ending refused(String reason, String message) {
        return new Ending(reason, message, AT_ONCE, true, null);
    }

    /** The message of the Pod's status, which says more than that of the event. */
    public String statusMessage() {
        boolean saysSo = !refused || reason.equals(SHUTDOWN);
        return saysSo ? message : "Pod was rejected: " + message;
    }

    /** Of a Pod that comes when the node goes down. */
    public static Ending refusal() {
        return refused(SHUTDOWN, "Pod was rejected as the node is shutting down.");
    }

    /** Whether an event tells of it. */
    public boolean isTold() {
        return !reason.equals(TERMINATED);
    }
}
