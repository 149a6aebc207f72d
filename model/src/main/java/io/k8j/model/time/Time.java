package io.k8j.model.time;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The clock and the timers of a component. Only {@code main} knows the real one; tests hand in one that they advance.
 */
public interface Time extends InstantSource {
    /** Nanoseconds from an arbitrary start, never going backwards: for durations, not for dates. */
    long nanoTime();

    /**
     * Runs a short, non-blocking task once after a delay, on a timer thread. A task that has real work to do hands it
     * to its owner's queue.
     *
     * @return cancels the task if it has not begun
     */
    Timer after(Duration delay, Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}
