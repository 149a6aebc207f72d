package io.k8j.apiserver.flowcontrol;

/**
 * How much of a level a request takes.
 *
 * @param initialSeats while it is served
 * @param finalSeats afterwards, while others hear of what it changed
 * @param lingerNanos how long that takes; 0 if nobody has to hear of it
 */
record Work(int initialSeats, int finalSeats, long lingerNanos) {
    private static final double ASSUMED_SECONDS = 0.003;

    /** A request that is over when it is answered. */
    static Work of(int seats) {
        return new Work(seats, 0, 0);
    }

    /** The seats that are held from the beginning to the end. */
    int seats() {
        return Math.max(initialSeats, finalSeats);
    }

    /** All of it in seat-seconds, before anybody knows how long it is served. */
    double assumed() {
        return initialSeats * ASSUMED_SECONDS + finalSeats * (lingerNanos / 1e9);
    }

    /** What was assumed too much when being served took that long. */
    double overestimate(double seconds) {
        return initialSeats * (ASSUMED_SECONDS - seconds);
    }

    /** The same work on no more final seats than there are. */
    Work within(int limit) {
        if (finalSeats <= limit || limit <= 0) return this;
        return new Work(initialSeats, limit, lingerNanos * finalSeats / limit);
    }
}
