package io.k8j.client;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Holds the keys that wait to be reconciled.
 *
 * <p>Promise: a key that is added while it waits is there once; one that is added while a worker has it comes again after
 * {@link #done}; so a key is never on two workers at a time and no addition is lost. Order is first come, first served.
 * Threads: all methods are safe; only {@link #take} blocks.
 *
 * @param <K> key with value equality
 */
public final class WorkQueue<K> implements AutoCloseable {
    /** First and longest pause after failures; it doubles with each one. */
    public record BackOff(Duration first, Duration longest) {
        /** client-go's. */
        public static final BackOff DEFAULT = new BackOff(Duration.ofMillis(5), Duration.ofSeconds(1000));

        /** The pause after that many earlier failures. */
        public Duration after(int failures) {
            if (failures >= 40) {
                return longest;
            }
            Duration delay = first.multipliedBy(1L << failures);
            return delay.compareTo(longest) < 0 ? delay : longest;
        }
    }

    /**
     * A key that is not handed out for a while.
     *
     * @param span of the machine's time
     * @param over to be called when it has passed
     */
    record Rest(Duration span, Runnable over) {}

    /**
     * What upstream's {@code workqueue_*} metrics tell.
     *
     * @param depth keys that wait for a worker
     * @param adds keys added so far
     * @param retries keys added after a delay so far
     * @param unfinishedSeconds how long workers have been busy with what they have now, together
     * @param longestSeconds how long the one that has been busy longest has
     * @param queued how long keys waited
     * @param worked how long workers had them
     */
    public record Figures(
            int depth,
            long adds,
            long retries,
            double unfinishedSeconds,
            double longestSeconds,
            Histogram queued,
            Histogram worked) {}

    private static final double[] SECONDS = Histogram.exponential(10e-9, 10, 10);
    private static final Long RESTING = Long.MIN_VALUE; // in place of the time since when a worker has the key

    private record Delayed(long dueNanos, Time.Timer timer) {}

    private final Time time;
    private final BackOff backOff;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final ArrayDeque<K> order = new ArrayDeque<>(); // guarded by lock
    private final Map<K, Long> waiting =
            new LinkedHashMap<>(); // guarded by lock: must run (in order, or when its worker is done), since when
    private final Map<K, Long> running = new HashMap<>(); // guarded by lock: since when
    private final Map<K, Integer> failures = new HashMap<>(); // guarded by lock
    private final Map<K, Delayed> delayed = new HashMap<>(); // guarded by lock
    private final Map<K, Duration> rests = new HashMap<>(); // guarded by lock
    private final Consumer<Rest> resting;
    private long added; // guarded by lock
    private long repeated; // guarded by lock
    private final Histogram queued = new Histogram(SECONDS);
    private final Histogram worked = new Histogram(SECONDS);
    private boolean closed; // guarded by lock

    public WorkQueue(Time time) {
        this(time, BackOff.DEFAULT);
    }

    public WorkQueue(Time time, BackOff backOff) {
        this(time, backOff, WorkQueue::sleepOn);
    }

    /** @param resting runs what is over when its span has passed; called with the lock held, must not block */
    WorkQueue(Time time, BackOff backOff, Consumer<Rest> resting) {
        this.time = time;
        this.backOff = backOff;
        this.resting = resting;
    }

    private static void sleepOn(Rest rest) {
        Thread.ofVirtual().name("queue-rest").start(() -> {
            try {
                Thread.sleep(rest.span);
                rest.over.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Makes the key run as soon as a worker is free. */
    public void add(K key) {
        lock.lock();
        try {
            if (closed || waiting.putIfAbsent(key, time.nanoTime()) != null) {
                return;
            }
            added++;
            if (!running.containsKey(key)) {
                order.add(key);
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Adds the key after a delay; of several delays the earliest counts. */
    public void addAfter(K key, Duration delay) {
        addAfter(key, Pace.EXACT, delay);
    }

    /** Like {@link #addAfter(Object, Duration)}, and says what it means when the key is added. */
    public void addAfter(K key, Pace pace, Duration delay) {
        if (delay.isNegative() || delay.isZero()) {
            add(key);
            return;
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            repeated++;
            long due = time.nanoTime() + delay.toNanos();
            Delayed before = delayed.get(key);
            if (before != null) {
                if (before.dueNanos - due <= 0) {
                    return;
                }
                before.timer.cancel();
            }
            delayed.put(key, new Delayed(due, time.after(pace, delay, () -> ripe(key, due))));
        } finally {
            lock.unlock();
        }
    }

    private void ripe(K key, long due) {
        lock.lock();
        try {
            Delayed current = delayed.get(key);
            if (current != null && current.dueNanos == due) {
                delayed.remove(key);
            }
        } finally {
            lock.unlock();
        }
        add(key);
    }

    /** Adds the key after a pause that grows with each call until {@link #forget}. */
    public void addRateLimited(K key) {
        int failed;
        lock.lock();
        try {
            failed = failures.merge(key, 1, Integer::sum) - 1;
        } finally {
            lock.unlock();
        }
        addAfter(key, backOff.after(failed));
    }

    /** Ends the growing of the key's pauses. */
    public void forget(K key) {
        lock.lock();
        try {
            failures.remove(key);
        } finally {
            lock.unlock();
        }
    }

    /** How often {@link #addRateLimited} was called for the key since {@link #forget}. */
    public int failures(K key) {
        lock.lock();
        try {
            return failures.getOrDefault(key, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a key and hands it out; the caller must say {@link #done}. Empty once the queue is closed. */
    public Optional<K> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (order.isEmpty() && !closed) {
                notEmpty.await();
            }
            if (closed) {
                return Optional.empty();
            }
            K key = order.poll();
            long now = time.nanoTime();
            queued.observe((now - waiting.remove(key)) / 1e9);
            running.put(key, now);
            return Optional.of(key);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the key, which a worker has now, rest for a while after {@link #done}: additions count, but it is handed out
     * only then, and until then it counts as running. For reconciliations that look at very many objects: what each of
     * a row of changes asks for is done once. The span is of the machine's time, since it is the machine that is spared;
     * a cluster whose clock stands still goes on. Spans of less than a millisecond are none.
     */
    public void rest(K key, Duration span) {
        if (span.toMillis() == 0) {
            return;
        }
        lock.lock();
        try {
            if (running.containsKey(key)) {
                rests.put(key, span);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says that the worker has finished with the key. */
    public void done(K key) {
        lock.lock();
        try {
            Long since = running.replace(key, RESTING);
            if (since != null) {
                worked.observe((time.nanoTime() - since) / 1e9);
            }
            Duration span = rests.remove(key);
            if (span != null && !closed) {
                resting.accept(new Rest(span, () -> release(key)));
                return;
            }
        } finally {
            lock.unlock();
        }
        release(key);
    }

    private void release(K key) {
        lock.lock();
        try {
            running.remove(key);
            if (waiting.containsKey(key) && !closed) {
                order.add(key);
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Keys that wait for a worker; not those that wait for their time. */
    public int depth() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Keys that workers have now, or that rest. */
    public int running() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing waits, runs or has a delay. */
    public boolean isIdle() {
        lock.lock();
        try {
            return waiting.isEmpty() && running.isEmpty() && delayed.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Additions so far, without those that found their key waiting already. */
    public long added() {
        lock.lock();
        try {
            return added;
        } finally {
            lock.unlock();
        }
    }

    /** How the queue stands and what it did so far. */
    public Figures figures() {
        lock.lock();
        try {
            long now = time.nanoTime();
            long unfinished = 0;
            long longest = 0;
            for (Long since : running.values()) {
                if (since.equals(RESTING)) {
                    continue;
                }
                unfinished += now - since;
                longest = Math.max(longest, now - since);
            }
            return new Figures(waiting.size(), added, repeated, unfinished / 1e9, longest / 1e9, queued, worked);
        } finally {
            lock.unlock();
        }
    }

    /** Drops all keys and wakes all takers. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            delayed.values().forEach(d -> d.timer.cancel());
            delayed.clear();
            order.clear();
            waiting.clear();
            rests.clear();
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
