package io.k8j.bench;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Shows on a terminal what is being measured and how far it is, in one line that is written over. */
public final class Progress implements AutoCloseable {
    /** For outputs that nobody watches. */
    static final Progress NONE = new Progress(null);

    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out; // null: shows nothing
    private final AtomicLong done = new AtomicLong();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile String phase;
    private volatile long wanted;
    private volatile long begin;

    private Progress(PrintStream out) {
        this.out = out;
    }

    /** On standard error, if both outputs are a terminal. */
    static Progress onTerminal() {
        return System.console() != null && System.console().isTerminal() ? start(System.err) : NONE;
    }

    static Progress start(PrintStream out) {
        Progress progress = new Progress(out);
        Thread.ofVirtual().name("progress").start(progress::show);
        return progress;
    }

    /**
     * Begins something else.
     *
     * @param count how much there is to do; 0 if it goes on for a time
     */
    public void phase(String name, long count) {
        done.set(0);
        wanted = count;
        begin = System.nanoTime();
        phase = name;
    }

    void done(long more) {
        if (out != null) {
            done.addAndGet(more);
        }
    }

    /** How far it is: the count that an awaited state has come to. */
    void reached(long count) {
        done.set(count);
    }

    private void show() {
        try {
            while (!over.await(250, TimeUnit.MILLISECONDS)) {
                if (phase != null) {
                    out.print(CLEAR + line(System.nanoTime() - begin));
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The line as it is after some time. */
    String line(long nanos) {
        long now = done.get();
        String of = wanted > 0 ? String.format(Locale.ROOT, " of %,d", wanted) : "";
        return String.format(
                Locale.ROOT,
                "%s: %,d%s, %,.0f/s, %.0f s",
                phase,
                now,
                of,
                now / Math.max(0.001, nanos / 1e9),
                nanos / 1e9);
    }

    @Override
    public void close() {
        if (out != null && over.getCount() > 0) {
            over.countDown();
            out.print(CLEAR);
            out.flush();
        }
    }
}
