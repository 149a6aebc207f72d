package io.k8j.kubelet.pods;

import java.time.Duration;

/** How long a worker waits after a turn that failed: half a second, then twice as long each time. One thread uses it. */
public final class TurnRetries {
    static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration FIRST = Duration.ofMillis(500);

    private Duration next = FIRST;
    private boolean failed;

    public void turnBegins() {
        failed = false;
    }

    /** A turn without a failure lets the next one be the first again. */
    public void turnEnds() {
        if (!failed) next = FIRST;
    }

    /** Notes a failure within this turn and returns how long to wait. */
    public Duration failed() {
        failed = true;
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return now;
    }
}
