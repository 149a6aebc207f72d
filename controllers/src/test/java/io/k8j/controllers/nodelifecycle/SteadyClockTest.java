package io.k8j.controllers.nodelifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private Instant wall = BEGIN;
    private long nanos = 77;

    private final Time time = new Time() {
        @Override
        public Instant instant() {
            return wall;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            throw new UnsupportedOperationException("the clock needs no timers");
        }
    };

    @Test
    void theMachinesClockMayBeSetWithoutAnyoneFallingSilent() {
        SteadyClock clock = new SteadyClock(time);
        assertThat(clock.instant()).isEqualTo(BEGIN);
        nanos += 5_000_000_000L;
        wall = BEGIN.plus(Duration.ofHours(3));
        assertThat(clock.instant()).isEqualTo(BEGIN.plusSeconds(5));
        wall = BEGIN.minus(Duration.ofHours(3));
        assertThat(clock.instant()).isEqualTo(BEGIN.plusSeconds(5));
    }
}
