package io.k8j.kubelet.fleet;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Very many timers over one of the clock's: tasks that are due within the same 10 ms wait together. A task is never early
 * and up to 10 ms late. Tasks must not block. Safe for all threads.
 */
final class Wheel implements AutoCloseable {
    private static final long SLOT_NANOS = Duration.ofMillis(10).toNanos();

    /** A task that waits. */
    static final class Entry {
        private Runnable task; // guarded by the wheel; null when it ran or was cancelled

        private Entry(Runnable task) {
            this.task = task;
        }
    }

    private final Time time;
    private final TreeMap<Long, List<Entry>> slots = new TreeMap<>(); // guarded by this
    private long armed = Long.MAX_VALUE; // guarded by this: slot that the clock's timer is set to
    private Time.Timer timer = () -> {}; // guarded by this
    private boolean closed; // guarded by this
    private int waiting; // guarded by this

    Wheel(Time time) {
        this.time = time;
    }

    synchronized Entry after(Duration delay, Runnable task) {
        Entry entry = new Entry(task);
        if (closed) return entry;
        long due = time.nanoTime() + Math.max(0, delay.toNanos());
        long slot = -Math.floorDiv(-due, SLOT_NANOS); // rounded up
        slots.computeIfAbsent(slot, s -> new ArrayList<>(4)).add(entry);
        waiting++;
        arm();
        return entry;
    }

    /** The task will not run, unless it has begun. */
    synchronized void cancel(Entry entry) {
        if (entry.task != null) waiting--;
        entry.task = null;
    }

    /** How many tasks wait. */
    synchronized int waiting() {
        return waiting;
    }

    private void arm() {
        if (slots.isEmpty() || slots.firstKey() >= armed) return;
        timer.cancel();
        armed = slots.firstKey();
        timer = time.after(Duration.ofNanos(armed * SLOT_NANOS - time.nanoTime()), this::turn);
    }

    private void turn() {
        List<Runnable> due = new ArrayList<>();
        synchronized (this) {
            if (closed) return;
            long now = Math.floorDiv(time.nanoTime(), SLOT_NANOS);
            for (Map.Entry<Long, List<Entry>> first = slots.firstEntry();
                    first != null && first.getKey() <= now;
                    first = slots.firstEntry()) {
                slots.pollFirstEntry();
                for (Entry entry : first.getValue()) {
                    if (entry.task == null) continue;
                    due.add(entry.task);
                    entry.task = null;
                    waiting--;
                }
            }
            armed = Long.MAX_VALUE;
            arm();
        }
        due.forEach(Runnable::run);
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.cancel();
        slots.clear();
        waiting = 0;
    }
}
