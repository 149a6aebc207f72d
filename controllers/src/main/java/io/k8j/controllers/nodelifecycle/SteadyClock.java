package io.k8j.controllers.nodelifecycle;

import io.k8j.model.time.Time;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The wall clock as it was when this was made, moved on by the steady clock: it does not jump when somebody sets the
 * machine's. From its readings alone may follow that a node has been silent for long.
 */
final class SteadyClock implements InstantSource {
    private final Time time;
    private final Instant begin;
    private final long beginNanos;

    SteadyClock(Time time) {
        this.time = time;
        this.begin = time.instant();
        this.beginNanos = time.nanoTime();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(time.nanoTime() - beginNanos);
    }
}
