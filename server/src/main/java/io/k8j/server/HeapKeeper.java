package io.k8j.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.function.LongSupplier;

/**
 * Keeps the heap near the size of what lives in it. Most of what a server stores outlives the young generation and is
 * replaced some minutes later, so its garbage is in the old generation, which collectors leave alone until the heap has
 * reached a limit; under churn a server of 100 MB would grow to gigabytes first. This one asks for a collection when the
 * old generation has doubled, or, while nothing happens, when some of it may be given back.
 *
 * <p>While the process works, that is a collection beside it, where the collector can do that. A complete one, which
 * also moves together what lives, stops everything for some tenths of a second, so it waits for calm; with a collector
 * that knows no other, until the garbage becomes too much. Calm is what has lasted a little: clients pause between two
 * bursts, and would be hit by a collection that takes the pause for the end.
 *
 * <p>Does nothing with collectors that look after themselves.
 */
public final class HeapKeeper implements AutoCloseable {
    static final long SLACK = 96L << 20;
    /** Garbage that may be there besides while much happens and the collector cannot work beside it. */
    static final long BUSY_SLACK = 512L << 20;

    /** Processor time from look to look that says that the process works: a fifth of a core. */
    static final long BUSY_NANOS = 400_000_000L;

    /** Looks without work that make calm. */
    static final int LOOKS_UNTIL_CALM = 4;

    private static final long LOOK_EVERY_MILLIS = 2000;
    private static final int LOOKS_UNTIL_IDLE = 30;
    private static final long IDLE_BYTES = 1 << 20;

    private final long most;
    private final LongSupplier used;
    private final LongSupplier worked;
    private final Collections collections;
    private long left; // the least that the old generation has held since it was collected
    private boolean rough; // the last collection left garbage between what lives
    private long before;
    private long workedBefore;
    private int calm; // looks since the process has worked
    private int quiet; // looks since something has changed
    private Thread thread; // null if there is nothing to keep

    /** What a collector can be asked for; both return when it is done. */
    interface Collections {
        /** Collects completely, and stops everything meanwhile. */
        void complete() throws InterruptedException;

        /** Collects while the process works; does nothing if the collector cannot do that. */
        void beside() throws InterruptedException;

        boolean canWorkBeside();
    }

    /**
     * @param most bytes that the heap may grow to
     * @param used bytes in the old generation
     * @param worked processor time that the process has taken, in nanoseconds
     */
    HeapKeeper(long most, LongSupplier used, LongSupplier worked, Collections collections) {
        this.most = most;
        this.used = used;
        this.worked = worked;
        this.collections = collections;
    }

    /** Watches this process's heap until it is closed. */
    public static HeapKeeper start() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            Collections collections = HeapCollections.ofOldGeneration(pool.getName());
            if (collections != null) {
                HeapKeeper keeper = new HeapKeeper(
                        Runtime.getRuntime().maxMemory(),
                        () -> pool.getUsage().getUsed(),
                        system::getProcessCpuTime,
                        collections);
                keeper.thread = Thread.ofVirtual().name("heap-keeper").start(keeper::run);
                return keeper;
            }
        }
        return new HeapKeeper(0, () -> 0, () -> 0, HeapCollections.SERIAL);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY_MILLIS);
                look();
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** One look; collects if it is worth it. */
    void look() throws InterruptedException {
        long now = used.getAsLong();
        left = Math.min(left, now);
        quiet = Math.abs(now - before) < IDLE_BYTES ? quiet + 1 : 0;
        before = now;
        long work = worked.getAsLong();
        calm = work - workedBefore < BUSY_NANOS ? calm + 1 : 0;
        workedBefore = work;
        boolean busy = calm < LOOKS_UNTIL_CALM;
        boolean beside = busy && collections.canWorkBeside();
        long limit = 2 * left + SLACK + (busy && !beside ? BUSY_SLACK : 0);
        // A collection beside the work must be through before the heap is full.
        boolean doubled = now > (beside ? Math.min(limit, Math.max(left + left / 4, most / 2)) : limit);
        boolean idle = quiet == LOOKS_UNTIL_IDLE && (rough || now > left + left / 4 + SLACK / 4);
        if (doubled && beside) {
            collections.beside();
            collected(true);
        } else if (doubled || idle) {
            collections.complete();
            collected(false);
        }
    }

    private void collected(boolean roughly) {
        rough = roughly;
        left = used.getAsLong();
        before = left;
        quiet = 0;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
