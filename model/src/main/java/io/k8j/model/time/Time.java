package io.k8j.model.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

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

    /**
     * Like {@link #after(Duration, Runnable)}, and says what it means when the task runs, for clocks that are moved.
     */
    default Timer after(Pace pace, Duration delay, Runnable task) {
        return after(delay, task);
    }

    /** Blocks for a while of this clock's time; with a clock that stands still until it is moved. */
    default void sleep(Duration span) throws InterruptedException {
        sleep(Pace.EXACT, span);
    }

    /** Like {@link #sleep(Duration)}, and says what it means to wake, for clocks that are moved. */
    default void sleep(Pace pace, Duration span) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Timer timer = after(pace, span, over::countDown);
        try {
            over.await();
        } finally {
            timer.cancel();
        }
    }

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}
