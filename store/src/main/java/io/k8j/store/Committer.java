package io.k8j.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries writes out in one order. With a thread of its own (all file access must be on a thread that nobody
 * interrupts, or the file is closed under it) writers queue and share journal records; without, each writer commits
 * itself under the lock.
 */
final class Committer {
    private static final Logger log = LoggerFactory.getLogger(Committer.class);
    private static final int MOST_WRITES = 1024;
    private static final long MOST_BYTES = 4 << 20;
    private static final int REPLAY = 500;

    private final Journal journal;
    private final KeySpace keys;
    private final Leases leases;
    private final StoreConfig config;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Write> queue = new ConcurrentLinkedQueue<>();
    private final History history = new History(); // guarded by lock
    private final Watchers watchers = new Watchers(); // guarded by lock
    private long assigned; // guarded by lock; the highest revision given out, also to failed writes
    private volatile long revision;
    private long reported; // guarded by lock; the last progress told
    private volatile boolean closed;
    private volatile boolean stopped;
    private volatile boolean idle;
    private volatile Throwable fault; // the state in memory may be half changed
    private final Thread thread; // null if writers commit themselves

    Committer(Journal journal, KeySpace keys, Leases leases, StoreConfig config, boolean ownThread) {
        this.journal = journal;
        this.keys = keys;
        this.leases = leases;
        this.config = config;
        this.revision = keys.applied();
        this.assigned = revision;
        this.thread =
                ownThread ? Thread.ofPlatform().name("store-commit").daemon().start(this::work) : null;
    }

    long revision() {
        return revision;
    }

    void checkOpen() {
        if (closed) {
            throw new StoreClosedException("the store is closed");
        }
        if (fault != null) {
            throw new StoreException("the store stopped after an internal error; restart the server", fault);
        }
    }

    private void checkNotListener() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a listener or a value must not write to the store it is called by");
        }
    }

    /** Carries one write out and returns when it is acknowledged, or throws its failure. */
    void run(Write write) {
        checkNotListener();
        checkOpen();
        queue.add(write);
        if (thread == null) {
            lock.lock();
            try {
                commit();
            } finally {
                lock.unlock();
            }
        } else if (stopped) {
            refuseRest();
        } else if (idle) {
            LockSupport.unpark(thread);
        }
        write.await();
    }

    private void work() {
        while (true) {
            if (fault != null || (closed && queue.isEmpty())) {
                stopped = true;
                refuseRest();
                return;
            }
            if (queue.isEmpty()) {
                idle = true;
                if (queue.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                idle = false;
                continue;
            }
            List<Write> finished;
            lock.lock();
            try {
                finished = commitBatch();
            } finally {
                lock.unlock();
            }
            finished.forEach(Write::finish);
        }
    }

    private void refuseRest() {
        for (Write write = queue.poll(); write != null; write = queue.poll()) {
            write.fail(new StoreClosedException("the store is closed"));
            write.finish();
        }
    }

    /** Commits whatever is queued. */
    private void commit() {
        while (!queue.isEmpty()) {
            if (closed || fault != null) {
                refuseRest();
                return;
            }
            commitBatch().forEach(Write::finish);
        }
    }

    private List<Write> commitBatch() {
        Batch batch = new Batch(keys, leases, assigned, config.allowRelaxed());
        List<Write> taken = new ArrayList<>();
        for (Write write = queue.peek(); write != null; write = queue.peek()) {
            if (taken.size() == MOST_WRITES || batch.bytes() > MOST_BYTES || (write.alone() && !taken.isEmpty())) {
                break;
            }
            queue.remove();
            taken.add(write);
            prepare(write, batch);
            if (write.alone()) {
                break;
            }
        }
        if (!batch.changes().isEmpty()) {
            carryOutOrStop(batch, taken);
        }
        return taken;
    }

    @SuppressWarnings("CatchingUnchecked") // the writers must not wait for ever
    private void carryOutOrStop(Batch batch, List<Write> taken) {
        try {
            carryOut(batch, taken);
        } catch (Throwable e) {
            fault = e;
            log.atError().setCause(e).log("the store stopped after an internal error");
            taken.forEach(write -> write.fail(new StoreException("the store stopped after an internal error", e)));
        }
    }

    @SuppressWarnings("CatchingUnchecked") // one writer's fault, even an error, must not stop the others
    private static void prepare(Write write, Batch batch) {
        try {
            write.prepare(batch);
        } catch (RuntimeException e) {
            write.fail(e);
        } catch (Throwable e) {
            write.fail(new StoreException("prepare a write: " + e, e));
        }
    }

    private void carryOut(Batch batch, List<Write> taken) {
        assigned = batch.revision();
        try {
            journal.append(batch.changes(), assigned, batch.durable());
        } catch (RuntimeException e) {
            taken.stream().filter(write -> !write.failed()).forEach(write -> write.fail(e));
            return;
        }
        List<Event> events = batch.apply();
        if (events.isEmpty()) {
            return;
        }
        long last = events.getLast().revision();
        long now = config.clock().millis();
        events.forEach(event -> history.add(event, now));
        keys.show(last);
        watchers.tell(events, last);
        revision = last;
    }

    Watch watch(String prefix, long fromRevision, WatchListener listener) {
        Watchers.One watch = null;
        while (true) {
            List<Event> past;
            lock.lock();
            try {
                checkOpen();
                if (watch == null) {
                    watch = watchers.new One(prefix, fromRevision == Store.NOW ? revision + 1 : fromRevision, listener);
                }
                if (watch.next() <= keys.compacted()) {
                    watch.end(new WatchEnd.Compacted(keys.compacted()));
                    break;
                }
                past = history.from(watch.next(), REPLAY);
                if (past.size() < REPLAY) {
                    watch.tell(past, revision);
                    if (!watch.closed()) {
                        watchers.add(watch);
                    }
                    break;
                }
            } finally {
                lock.unlock();
            }
            watch.tell(past, past.getLast().revision()); // a long past is told without holding up the writers
        }
        return handle(watch);
    }

    private Watch handle(Watchers.One watch) {
        return new Watch() {
            @Override
            public void requestProgress() {
                checkNotListener();
                lock.lock();
                try {
                    watch.progress(revision);
                } finally {
                    lock.unlock();
                }
            }

            @Override
            public void close() {
                watch.close();
            }
        };
    }

    void compact(long upTo) {
        checkNotListener();
        lock.lock();
        try {
            checkOpen();
            if (upTo > revision) {
                throw new IllegalArgumentException("compact to %d: the revision is only %d".formatted(upTo, revision));
            }
            if (upTo > keys.compacted()) {
                keys.compact(upTo);
                history.dropTo(upTo);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets history beyond the configured bounds and tells listeners of progress, if there is any. */
    void tidy() {
        long surplus;
        lock.lock();
        try {
            long oldest = config.clock().millis() - config.keepFor().toMillis();
            surplus = history.surplus(oldest, config.keepRevisions(), config.keepBytes());
            if (reported != revision) {
                reported = revision;
                watchers.progress(revision);
            }
        } finally {
            lock.unlock();
        }
        if (surplus > 0) {
            compact(surplus);
        }
    }

    /** Waits until all that is journaled is applied. */
    void settle() {
        lock.lock();
        lock.unlock();
    }

    /** Finishes the waiting writes and ends the watches; false if that was done before. */
    boolean close() {
        checkNotListener();
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
        } finally {
            lock.unlock();
        }
        if (thread != null) {
            LockSupport.unpark(thread);
            Threads.join(thread);
        }
        lock.lock();
        try {
            watchers.end(new WatchEnd.Closed());
        } finally {
            lock.unlock();
        }
        return true;
    }
}
