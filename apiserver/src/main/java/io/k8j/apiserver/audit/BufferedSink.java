package io.k8j.apiserver.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers events in a bounded queue and hands them on in batches; when the queue is full, events are dropped and counted. */
public final class BufferedSink implements AuditSink {
    private static final Logger LOG = LoggerFactory.getLogger(BufferedSink.class);

    /**
     * How events are gathered.
     *
     * @param bufferSize events that may wait
     * @param maxBatch most events of a batch
     * @param maxWait longest time from one batch to the next
     * @param batchesPerSecond 0 for no limit
     * @param burst batches that may be sent at once after a pause
     */
    public record Batching(int bufferSize, int maxBatch, Duration maxWait, double batchesPerSecond, int burst) {
        /** Upstream's defaults for a webhook. */
        public static final Batching WEBHOOK = new Batching(10_000, 400, Duration.ofSeconds(30), 10, 15);
        /** Upstream's defaults for a log. */
        public static final Batching LOG = new Batching(10_000, 1, Duration.ofSeconds(30), 0, 1);
    }

    private final AuditSink delegate;
    private final Batching batching;
    private final boolean parallel;
    private final AuditMetrics metrics;
    private final ArrayBlockingQueue<Map<String, Object>> queue;
    private final Thread worker;
    private final Semaphore sending = new Semaphore(64);
    private volatile boolean closed;

    /**
     * Starts the thread that hands on.
     *
     * @param delegate closed with this
     * @param parallel whether a batch may be handed on while another one still is
     */
    public BufferedSink(AuditSink delegate, Batching batching, boolean parallel, AuditMetrics metrics) {
        this.delegate = delegate;
        this.batching = batching;
        this.parallel = parallel;
        this.metrics = metrics;
        this.queue = new ArrayBlockingQueue<>(batching.bufferSize());
        this.worker = Thread.ofVirtual().name("audit").start(this::run);
    }

    @Override
    public boolean process(List<Map<String, Object>> events) {
        int lost = 0;
        for (Map<String, Object> event : events) {
            if (closed || !queue.offer(event)) lost++;
        }
        if (lost > 0) {
            metrics.lost("buffered", lost);
            LOG.atError().addKeyValue("events", lost).log("audit buffer queue blocked");
        }
        return true; // the request is served all the same
    }

    private void run() {
        double allowed = batching.burst();
        long before = System.nanoTime();
        try {
            while (!closed || !queue.isEmpty()) {
                List<Map<String, Object>> batch = collect();
                if (batch.isEmpty()) continue;
                if (batching.batchesPerSecond() > 0) {
                    long now = System.nanoTime();
                    allowed = Math.min(batching.burst(), allowed + (now - before) / 1e9 * batching.batchesPerSecond());
                    before = now;
                    if (allowed < 1 && !closed) {
                        TimeUnit.NANOSECONDS.sleep((long) ((1 - allowed) / batching.batchesPerSecond() * 1e9));
                    }
                    allowed -= 1;
                }
                send(batch);
            }
            sending.acquire(64); // until all batches are through
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Map<String, Object>> collect() throws InterruptedException {
        List<Map<String, Object>> batch = new ArrayList<>();
        long end = System.nanoTime() + batching.maxWait().toNanos();
        while (batch.size() < batching.maxBatch()) {
            // Short waits only: close() must not have to wait for a whole interval.
            long left = Math.min(end - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(100));
            Map<String, Object> event = queue.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
            if (event != null) batch.add(event);
            else if (closed || System.nanoTime() >= end) break;
        }
        return batch;
    }

    private void send(List<Map<String, Object>> batch) throws InterruptedException {
        if (!parallel) {
            delegate.process(batch);
            return;
        }
        sending.acquire();
        Thread.ofVirtual().name("audit-batch").start(() -> {
            try {
                delegate.process(batch);
            } finally {
                sending.release();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (true) {
            try {
                worker.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        delegate.close();
        if (interrupted) Thread.currentThread().interrupt();
    }
}
