package io.k8j.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.function.LongSupplier;

/**
 * Keeps the heap near the size of what lives in it. The serial collector, which needs the least memory of all, looks at
 * its old generation only when the heap has reached its limit; under churn a server of 100 MB would grow to gigabytes of
 * garbage first. This one asks for a collection when the old generation has doubled, or, while nothing happens, when some
 * of it may be given back. A complete collection stops everything for some tenths of a second, so while the process works
 * it waits for calm, unless the garbage becomes too much. Calm is what has lasted a little: clients pause between two
 * bursts, and would be hit by a collection that takes the pause for the end.
 *
 * <p>Does nothing with other collectors, which look after themselves.
 */
public final class HeapKeeper implements AutoCloseable {
    static final long SLACK = 96L << 20;
    /** Garbage that may be there besides while much happens. */
    static final long BUSY_SLACK = 512L << 20;

    /** Processor time from look to look that says that the process works: a fifth of a core. */
    static final long BUSY_NANOS = 400_000_000L;

    /** Looks without work that make calm. */
    static final int LOOKS_UNTIL_CALM = 4;

    private static final String OLD_GENERATION = "Tenured Gen"; // the serial collector's
    private static final long LOOK_EVERY_MILLIS = 2000;
    private static final int LOOKS_UNTIL_IDLE = 30;
    private static final long IDLE_BYTES = 1 << 20;

    private final LongSupplier used;
    private final LongSupplier live;
    private final LongSupplier worked;
    private final Runnable collect;
    private long before;
    private long workedBefore;
    private int calm; // looks since the process has worked
    private int quiet; // looks since something has changed
    private Thread thread; // null if there is nothing to keep

    /**
     * @param used bytes in the old generation
     * @param live bytes that the last complete collection has left in it
     * @param worked processor time that the process has taken, in nanoseconds
     * @param collect collects completely
     */
    HeapKeeper(LongSupplier used, LongSupplier live, LongSupplier worked, Runnable collect) {
        this.used = used;
        this.live = live;
        this.worked = worked;
        this.collect = collect;
    }

    /** Watches this process's heap until it is closed. */
    public static HeapKeeper start() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals(OLD_GENERATION)) {
                HeapKeeper keeper = new HeapKeeper(
                        () -> bytes(pool.getUsage()),
                        () -> bytes(pool.getCollectionUsage()),
                        system::getProcessCpuTime,
                        System::gc);
                keeper.thread = Thread.ofVirtual().name("heap-keeper").start(keeper::run);
                return keeper;
            }
        }
        return new HeapKeeper(() -> 0, () -> 0, () -> 0, () -> {});
    }

    private static long bytes(MemoryUsage usage) {
        return usage == null ? 0 : usage.getUsed();
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
    void look() {
        long now = used.getAsLong();
        quiet = Math.abs(now - before) < IDLE_BYTES ? quiet + 1 : 0;
        before = now;
        long work = worked.getAsLong();
        calm = work - workedBefore < BUSY_NANOS ? calm + 1 : 0;
        workedBefore = work;
        boolean busy = calm < LOOKS_UNTIL_CALM;
        long left = live.getAsLong();
        boolean idle = quiet == LOOKS_UNTIL_IDLE;
        if (now > 2 * left + SLACK + (busy ? BUSY_SLACK : 0) || idle && now > left + left / 4 + SLACK / 4) {
            collect.run();
            before = used.getAsLong();
            quiet = 0;
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
