package io.k8j.controllers.support;

import java.time.Duration;

/**
 * How long a key is left alone after a reconciliation that has looked at many objects and found nothing to do but to
 * count them, see {@link io.k8j.client.WorkQueue#rest}. Each of the objects changes several times until it is ready, and
 * each change asks to count all: without a rest a set of 5,000 Pods is counted 20,000 times. Small numbers have no rest.
 */
public final class Rests {
    /** Fifty times and more of what looking at one takes. */
    private static final Duration FOR_EACH = Duration.ofNanos(40_000);

    private static final Duration LONGEST = Duration.ofMillis(500);
    private static final Duration LONGEST_WHILE_BEHIND = Duration.ofMillis(20);

    private Rests() {}

    /** @param objects that were looked at */
    public static Duration after(int objects) {
        return shorter(FOR_EACH.multipliedBy(objects), LONGEST);
    }

    /** When there is more to do as soon as the copy shows the own writes. */
    public static Duration whileBehind(int objects) {
        return shorter(FOR_EACH.multipliedBy(objects), LONGEST_WHILE_BEHIND);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
