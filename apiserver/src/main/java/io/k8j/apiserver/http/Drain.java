package io.k8j.apiserver.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts requests under way, and lets whoever stops the server wait for them; from then on new ones are refused. */
public final class Drain {
    private static final long CLOSED = 1L << 40;

    private final AtomicLong state = new AtomicLong(); // requests under way, plus CLOSED once no more may come

    /** Lets a request in; false if the server stops. */
    boolean enter() {
        if (state.incrementAndGet() < CLOSED) return true;
        leave();
        return false;
    }

    void leave() {
        if (state.decrementAndGet() == CLOSED) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /**
     * Refuses new requests and waits for those under way.
     *
     * @return whether all ended in time
     */
    public boolean close(Duration atMost) {
        long before = state.getAndUpdate(now -> now < CLOSED ? now + CLOSED : now);
        if (before == 0) return true;
        long end = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        synchronized (this) {
            while (state.get() > CLOSED) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) break;
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                    break;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        return state.get() == CLOSED;
    }
}
