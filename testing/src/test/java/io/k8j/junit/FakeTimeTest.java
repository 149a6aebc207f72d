package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeTimeTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private static final FakeTime.Settled CALM = new FakeTime.Settled(0, true);

    private final FakeTime time = FakeTime.frozen(START);
    private final List<String> called = new ArrayList<>();

    @AfterEach
    void close() {
        time.close();
    }

    private void every(Pace pace, Duration pause, Runnable task) {
        time.after(pace, pause, () -> {
            task.run();
            every(pace, pause, task);
        });
    }

    private void note(String what) {
        called.add(what + "@" + Duration.between(START, time.instant()).toSeconds());
    }

    @Test
    void timersAreCalledEachAtItsTimeAndInOrder() {
        time.after(Duration.ofSeconds(20), () -> note("b"));
        time.after(Duration.ofSeconds(10), () -> {
            note("a");
            time.after(Duration.ofSeconds(5), () -> note("set by a"));
        });
        time.after(Duration.ofSeconds(20), () -> note("c"));
        time.advance(Duration.ofSeconds(30));
        assertThat(called).containsExactly("a@10", "set by a@15", "b@20", "c@20");
        assertThat(time.instant()).isEqualTo(START.plusSeconds(30));
    }

    @Test
    void aCancelledTimerIsNotCalled() {
        time.after(Duration.ofSeconds(1), () -> note("a")).cancel();
        time.after(Pace.UPKEEP, Duration.ofSeconds(1), () -> note("b")).cancel();
        assertThat(time.timers()).isZero();
        time.advance(Duration.ofSeconds(2));
        assertThat(called).isEmpty();
    }

    @Test
    void upkeepDoesNotStopTheClockAndRunsOnceForManyTimes() {
        every(Pace.UPKEEP, Duration.ofSeconds(1), () -> note("upkeep"));
        time.after(Duration.ofSeconds(10), () -> note("timer"));
        time.advance(Duration.ofSeconds(25));
        assertThat(called).containsExactly("upkeep@10", "timer@10", "upkeep@25");
    }

    @Test
    void ageIsNotCountedWhileTheClockIsMoved() throws InterruptedException {
        CountDownLatch aged = new CountDownLatch(1);
        time.after(Pace.WHILE_RUNNING, Duration.ofMinutes(30), aged::countDown);
        time.advance(Duration.ofDays(1));
        assertThat(aged.getCount()).isOne();
        time.resume();
        assertThat(aged.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void overALongCalmSignsOfLifeAreLeftOutAndTimersAreNot() {
        AtomicLong signs = new AtomicLong();
        every(Pace.SIGN_OF_LIFE, Duration.ofSeconds(10), signs::incrementAndGet);
        every(Pace.LOOK, Duration.ofSeconds(5), () -> {});
        for (int day = 1; day <= 30; day++) {
            String name = "day " + day;
            time.after(Duration.ofDays(day), () -> note(name));
        }
        time.advance(Duration.ofDays(31), thoroughly -> CALM);
        assertThat(called).hasSize(30).startsWith("day 1@86400", "day 2@172800").endsWith("day 30@2592000");
        assertThat(signs).hasValueLessThan(2000); // of 267,840
    }

    @Test
    void whoeverLooksForSignsOfLifeNeverFindsThemOld() {
        long[] last = {0};
        List<Long> ages = new ArrayList<>();
        every(Pace.LOOK, Duration.ofSeconds(5), () -> ages.add((time.nanoTime() - last[0]) / 1_000_000_000));
        every(Pace.SIGN_OF_LIFE, Duration.ofSeconds(10), () -> last[0] = time.nanoTime());
        time.advance(Duration.ofDays(10), thoroughly -> CALM);
        assertThat(ages).hasSizeGreaterThan(10).allMatch(age -> age <= 10);
    }

    @Test
    void inDoubtNothingIsLeftOut() {
        AtomicLong signs = new AtomicLong();
        every(Pace.SIGN_OF_LIFE, Duration.ofSeconds(10), signs::incrementAndGet);
        time.advance(Duration.ofHours(1), thoroughly -> new FakeTime.Settled(0, false));
        assertThat(signs).hasValue(360);
    }

    @Test
    void whileSomethingHappensNothingIsLeftOut() {
        AtomicLong signs = new AtomicLong();
        AtomicLong changes = new AtomicLong();
        every(Pace.SIGN_OF_LIFE, Duration.ofSeconds(10), signs::incrementAndGet);
        time.advance(Duration.ofHours(1), thoroughly -> new FakeTime.Settled(changes.incrementAndGet(), true));
        assertThat(signs).hasValue(360);
    }
}
