package io.k8j.junit;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that tests freeze and move. It never goes backwards. While it runs it keeps pace with the machine's clock, and
 * timers are called on a thread of its own; when it is moved they are called by the one who moves it, each at its own
 * time and in order. Safe for all threads.
 */
public final class FakeTime implements Time, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FakeTime.class);

    private record Waiting(long due, long number, Runnable task) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Waiting> timers =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::due).thenComparingLong(Waiting::number)); // by lock
    private final Instant start;
    private long base; // guarded by lock: nanoseconds since the start when it last began to run or stood still
    private long realBase; // guarded by lock: the machine's clock then
    private boolean running; // guarded by lock
    private boolean closed; // guarded by lock
    private long numbers; // guarded by lock
    private final Thread ticker;

    private FakeTime(Instant start, boolean running) {
        this.start = start;
        this.running = running;
        this.realBase = System.nanoTime();
        this.ticker = Thread.ofVirtual().name("fake-time").start(this::tick);
    }

    /** A clock that begins at an instant and keeps pace with the machine's until it is frozen. */
    public static FakeTime running(Instant start) {
        return new FakeTime(start, true);
    }

    /** A clock that stands still until it is moved. */
    public static FakeTime frozen(Instant start) {
        return new FakeTime(start, false);
    }

    @Override
    public Instant instant() {
        return start.plusNanos(nanoTime());
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return now();
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return running ? base + (System.nanoTime() - realBase) : base;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        lock.lock();
        try {
            Waiting waiting = new Waiting(now() + Math.max(0, delay.toNanos()), numbers++, task);
            timers.add(waiting);
            if (timers.peek() == waiting) {
                changed.signalAll();
            }
            return () -> cancel(waiting);
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Waiting waiting) {
        lock.lock();
        try {
            timers.remove(waiting);
        } finally {
            lock.unlock();
        }
    }

    /** Lets the clock stand still. */
    public void freeze() {
        lock.lock();
        try {
            base = now();
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the clock keep pace with the machine's again. */
    public void resume() {
        lock.lock();
        try {
            base = now();
            realBase = System.nanoTime();
            running = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public boolean isFrozen() {
        lock.lock();
        try {
            return !running;
        } finally {
            lock.unlock();
        }
    }

    /** Moves the clock and calls all timers that become due on the way, those included that they set themselves. */
    public void advance(Duration span) {
        advance(span, () -> {});
    }

    /**
     * Moves the clock like {@link #advance(Duration)}, and lets something happen after each instant at which timers were
     * called, so that work which they woke is done before time goes on.
     */
    void advance(Duration span, Runnable betweenSteps) {
        long target = nanoTime() + span.toNanos();
        List<Runnable> due = new ArrayList<>();
        while (true) {
            lock.lock();
            try {
                Waiting next = timers.peek();
                long at = next == null ? target : Math.min(target, next.due);
                moveTo(at);
                while (!timers.isEmpty() && timers.peek().due <= now()) {
                    due.add(timers.poll().task);
                }
                if (due.isEmpty() && now() >= target) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            due.forEach(FakeTime::guarded);
            if (!due.isEmpty()) {
                betweenSteps.run();
            }
            due.clear();
        }
    }

    private void moveTo(long at) {
        if (at > now()) {
            base = at;
            realBase = System.nanoTime();
        }
    }

    /** How many timers wait. */
    public int timers() {
        lock.lock();
        try {
            return timers.size();
        } finally {
            lock.unlock();
        }
    }

    private void tick() {
        try {
            while (true) {
                Runnable due;
                lock.lockInterruptibly();
                try {
                    while (!isDue()) {
                        if (closed) {
                            return;
                        }
                        if (running && !timers.isEmpty()) {
                            changed.awaitNanos(timers.peek().due - now());
                        } else {
                            changed.await();
                        }
                    }
                    due = timers.poll().task;
                } finally {
                    lock.unlock();
                }
                guarded(due);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isDue() {
        return !closed && running && !timers.isEmpty() && timers.peek().due <= now();
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("timer task failed");
        }
    }

    /** Drops all timers. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            timers.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ticker.interrupt();
    }
}
