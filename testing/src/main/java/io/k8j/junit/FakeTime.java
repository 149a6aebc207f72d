package io.k8j.junit;

import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that tests freeze and move. It never goes backwards. While it runs it keeps pace with the machine's clock, and
 * timers are called on a thread of its own; when it is moved they are called by the one who moves it, each at its own
 * time and in order. Safe for all threads.
 */
public final class FakeTime implements Time, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FakeTime.class);

    /** As long as nothing but signs of life came, those that follow are left out. Longer than any silence is borne. */
    private static final long CALM = Duration.ofSeconds(75).toNanos();

    /** That long before something is to happen, signs of life come regularly again. */
    private static final long RUN_UP = Duration.ofSeconds(30).toNanos();

    /** Longer than the pause between two signs of life. */
    private static final long LOOK_AGAIN = Duration.ofSeconds(12).toNanos();

    private record Waiting(long due, long number, Pace pace, Runnable task) {}

    /**
     * What is known when the work that timers have woken should be done.
     *
     * @param happened a count of all that has happened in the cluster so far, signs of life excepted
     * @param certain whether nothing can be under way any more
     */
    record Settled(long happened, boolean certain) {}

    /** What is done between the instants at which timers are called. */
    interface Between {
        /**
         * Waits until what the timers have woken is done.
         *
         * @param thoroughly much time was passed over: better wait than be in doubt
         */
        Settled settle(boolean thoroughly);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Waiting> timers =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::due).thenComparingLong(Waiting::number)); // by lock
    private final PriorityQueue<Waiting> upkeep = new PriorityQueue<>(timers.comparator()); // guarded by lock
    private final PriorityQueue<Waiting> whileRunning = new PriorityQueue<>(timers.comparator()); // guarded by lock
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
        return after(Pace.EXACT, delay, task);
    }

    @Override
    public Timer after(Pace pace, Duration delay, Runnable task) {
        lock.lock();
        try {
            Waiting waiting = new Waiting(now() + Math.max(0, delay.toNanos()), numbers++, pace, task);
            queue(pace).add(waiting);
            if (queue(pace).peek() == waiting) {
                changed.signalAll();
            }
            return () -> cancel(waiting);
        } finally {
            lock.unlock();
        }
    }

    /** Upkeep does not stop a clock that is moved. */
    private PriorityQueue<Waiting> queue(Pace pace) {
        return switch (pace) {
            case EXACT, SIGN_OF_LIFE, LOOK -> timers;
            case UPKEEP -> upkeep;
            case WHILE_RUNNING -> whileRunning;
        };
    }

    private void cancel(Waiting waiting) {
        lock.lock();
        try {
            queue(waiting.pace).remove(waiting);
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
        advance(span, thoroughly -> new Settled(0, false)); // without leaps: nobody says whether it is calm
    }

    /**
     * Moves the clock like {@link #advance(Duration)}, and lets something happen after each instant at which timers were
     * called, so that work which they woke is done before time goes on. Over a long calm the clock takes one step: to
     * shortly before the next timer at which something is to happen, see {@link Pace}.
     */
    void advance(Duration span, Between between) {
        long target = nanoTime() + span.toNanos();
        Settled before = between.settle(false);
        long calmSince = nanoTime();
        while (true) {
            boolean mayLeap = before.certain && nanoTime() - calmSince >= CALM;
            Step step = step(target, mayLeap);
            if (step.due.isEmpty() && !step.leapt) {
                return;
            }
            step.due.forEach(FakeTime::guarded);
            Settled now = between.settle(step.leapt);
            if (now.happened != before.happened || step.exact || !now.certain) {
                calmSince = nanoTime();
            }
            before = now;
        }
    }

    /**
     * The timers of one instant, in the order in which they are called; none if the clock is where it was to go.
     *
     * @param exact whether there are such among them at which something is to happen
     * @param leapt whether signs of life were left out on the way
     */
    private record Step(List<Runnable> due, boolean exact, boolean leapt) {}

    private Step step(long target, boolean mayLeap) {
        lock.lock();
        try {
            Waiting next = timers.peek();
            long at = next == null ? target : Math.min(target, next.due);
            long leapTo = mayLeap ? leapTo(target) : at;
            if (leapTo > at) {
                moveTo(leapTo);
                return new Step(signsAfterLeap(), false, true);
            }
            moveTo(at);
            List<Waiting> due = new ArrayList<>();
            take(timers, due);
            take(upkeep, due);
            due.sort(timers.comparator());
            boolean exact = due.stream().anyMatch(each -> each.pace == Pace.EXACT);
            return new Step(due.stream().map(Waiting::task).toList(), exact, false);
        } finally {
            lock.unlock();
        }
    }

    /** Shortly before the next timer at which something is to happen. */
    private long leapTo(long target) {
        long next = timers.stream()
                .filter(timer -> timer.pace == Pace.EXACT)
                .mapToLong(Waiting::due)
                .min()
                .orElse(target);
        return Math.min(next, target) - RUN_UP;
    }

    /** After a leap: signs of life at once; whoever looks for them does so when they have come again. */
    private List<Runnable> signsAfterLeap() {
        List<Waiting> due = new ArrayList<>();
        take(timers, due);
        due.stream()
                .filter(each -> each.pace == Pace.LOOK)
                .forEach(each -> timers.add(new Waiting(now() + LOOK_AGAIN, each.number, each.pace, each.task)));
        return due.stream()
                .filter(each -> each.pace == Pace.SIGN_OF_LIFE)
                .map(Waiting::task)
                .toList();
    }

    private void take(PriorityQueue<Waiting> from, List<Waiting> due) {
        while (!from.isEmpty() && from.peek().due <= now()) {
            due.add(from.poll());
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
            return timers.size() + upkeep.size() + whileRunning.size();
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
                        Waiting next = next();
                        if (running && next != null) {
                            changed.awaitNanos(next.due - now());
                        } else {
                            changed.await();
                        }
                    }
                    Waiting next = next();
                    queue(next.pace).remove(next);
                    due = next.task;
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
        Waiting next = next();
        return !closed && running && next != null && next.due <= now();
    }

    private Waiting next() {
        return Stream.of(timers, upkeep, whileRunning)
                .map(PriorityQueue::peek)
                .filter(Objects::nonNull)
                .min(timers.comparator())
                .orElse(null);
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
            upkeep.clear();
            whileRunning.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ticker.interrupt();
    }
}
