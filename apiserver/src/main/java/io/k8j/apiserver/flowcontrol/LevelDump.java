package io.k8j.apiserver.flowcontrol;

import java.time.Instant;
import java.util.List;

/**
 * A priority level at one moment.
 *
 * @param unqueued requests that run and never had to wait
 */
record LevelDump(
        String name,
        List<QueueDump> queues,
        List<RequestDump> unqueued,
        int waiting,
        int executing,
        long dispatched,
        long rejected,
        long timedOut,
        long cancelled) {
    /**
     * One queue.
     *
     * @param next virtual time of its next dispatch, in seat-seconds
     * @param initialSeats of those that wait, likewise {@code maxSeats} and {@code work} (seat-seconds)
     */
    record QueueDump(
            double next,
            int seatsInUse,
            int initialSeats,
            int maxSeats,
            double work,
            List<RequestDump> waiting,
            List<RequestDump> executing) {}

    /** @param started null while it waits */
    record RequestDump(Visit visit, Work work, Instant came, Instant started) {}
}
