package io.k8j.controllers.podautoscaler;

import java.time.Duration;
import java.time.Instant;

/**
 * A metric of one Pod.
 *
 * @param timestamp end of the window in which it was measured
 * @param value in thousandths
 */
record PodSample(Instant timestamp, Duration window, long value) {
    /** What is assumed of a Pod that was not measured. */
    static PodSample assumed(long value) {
        return new PodSample(Instant.EPOCH, Duration.ZERO, value);
    }
}
