package io.k8j.apiserver.service;

import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;

/** Repeats the repair of allocations every few minutes until it is closed. One run at a time, on a virtual thread. */
public final class RepairLoop implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMinutes(3); // upstream's

    private final Time time;
    private final Runnable repair;
    private Time.Timer next; // guarded by this
    private boolean closed; // guarded by this

    public RepairLoop(Time time, Runnable repair) {
        this.time = time;
        this.repair = repair;
    }

    /** Arms the first run, an interval from now. */
    public synchronized void start() {
        if (!closed)
            next = time.after(
                    Pace.UPKEEP,
                    INTERVAL,
                    () -> Thread.ofVirtual().name("repair-services").start(this::run));
    }

    private void run() {
        synchronized (this) {
            if (closed) return;
        }
        try {
            repair.run();
        } finally {
            start();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) next.cancel();
    }
}
