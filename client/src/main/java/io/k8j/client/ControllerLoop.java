package io.k8j.client;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a reconciler over a queue with some workers (virtual threads, parked while there is nothing to do).
 *
 * @param <K> key
 */
public final class ControllerLoop<K> implements AutoCloseable {
    /**
     * Counters in the sense of upstream's {@code workqueue_*} metrics.
     *
     * @param name the queue's name
     * @param depth keys waiting now
     * @param running keys that workers have now; asked for after {@code depth}, so that none is missed on its way
     * @param adds keys added so far
     * @param retries failures so far that led to a repeat
     * @param givenUp failures that were not repeated
     * @param runs reconciliations so far
     * @param workNanos time spent in them
     * @param queue what the queue has counted
     */
    public record Metrics(
            String name,
            int depth,
            int running,
            long adds,
            long retries,
            long givenUp,
            long runs,
            long workNanos,
            WorkQueue.Figures queue) {}

    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);
    private static final int NOTEWORTHY_FAILURES = 5;

    private final String name;
    private final Time time;
    private final WorkQueue<K> queue;
    private final Reconciler<K> reconciler;
    private final List<Thread> workers = new ArrayList<>(); // guarded by this
    private volatile boolean closed;
    private final LongAdder retries = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private final LongAdder runs = new LongAdder();
    private final LongAdder workNanos = new LongAdder();

    public ControllerLoop(String name, Time time, Reconciler<K> reconciler) {
        this(name, time, new WorkQueue<>(time), reconciler);
    }

    public ControllerLoop(String name, Time time, WorkQueue<K> queue, Reconciler<K> reconciler) {
        this.name = name;
        this.time = time;
        this.queue = queue;
        this.reconciler = reconciler;
    }

    public WorkQueue<K> queue() {
        return queue;
    }

    public String name() {
        return name;
    }

    /** Starts the workers; before that, keys may be added already. */
    public synchronized ControllerLoop<K> start(int workerCount) {
        for (int i = 0; i < workerCount; i++) {
            workers.add(Thread.ofVirtual().name(name + "-" + i).start(this::work));
        }
        return this;
    }

    private void work() {
        try {
            for (Optional<K> key = queue.take(); key.isPresent(); key = queue.take()) {
                runOnce(key.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runOnce(K key) throws InterruptedException {
        long begin = time.nanoTime();
        try {
            handle(key, attempt(key));
        } finally {
            runs.increment();
            workNanos.add(time.nanoTime() - begin);
            queue.done(key);
        }
    }

    private Outcome attempt(K key) throws InterruptedException {
        try {
            return reconciler.reconcile(key);
        } catch (RuntimeException e) {
            return new Outcome.Retry(e);
        }
    }

    private void handle(K key, Outcome outcome) {
        switch (outcome) {
            case Outcome.Done() -> queue.forget(key);
            case Outcome.Again(Duration after, Pace pace) -> {
                queue.forget(key);
                queue.addAfter(key, pace, after);
            }
            case Outcome.Retry(Exception cause) -> {
                retries.increment();
                queue.addRateLimited(key);
                logRetry(key, cause);
            }
            case Outcome.Later(String missing) -> {
                retries.increment();
                queue.addRateLimited(key);
                LOG.atDebug()
                        .addKeyValue("controller", name)
                        .addKeyValue("key", key)
                        .addKeyValue("missing", missing)
                        .log("reconciliation put off");
            }
            case Outcome.GiveUp(Exception cause) -> {
                givenUp.increment();
                queue.forget(key);
                LOG.atWarn()
                        .addKeyValue("controller", name)
                        .addKeyValue("key", key)
                        .setCause(cause)
                        .log("reconciliation given up");
            }
        }
    }

    /** A server that cannot be reached is met by all keys of all controllers: that is no reason for as many stack traces. */
    private void logRetry(K key, Exception cause) {
        if (closed) return; // it will not be repeated, and was interrupted if it has failed
        boolean ordinary = cause instanceof ApiException || cause instanceof TransportException;
        boolean noteworthy = !ordinary || queue.failures(key) == NOTEWORTHY_FAILURES;
        (noteworthy ? LOG.atWarn() : LOG.atDebug())
                .addKeyValue("controller", name)
                .addKeyValue("key", key)
                .addKeyValue("cause", String.valueOf(cause.getMessage()))
                .setCause(ordinary ? null : cause)
                .log("reconciliation failed, will be repeated");
    }

    public Metrics metrics() {
        return new Metrics(
                name,
                queue.depth(),
                queue.running(),
                queue.added(),
                retries.sum(),
                givenUp.sum(),
                runs.sum(),
                workNanos.sum(),
                queue.figures());
    }

    /** Drops what waits and stops the workers; a reconciliation that runs is interrupted. */
    @Override
    public synchronized void close() {
        closed = true;
        queue.close();
        workers.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread worker : workers) {
            try {
                if (worker != Thread.currentThread()) {
                    worker.join(Duration.ofSeconds(5));
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        workers.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
