package io.k8j.apiserver.cache;

import io.k8j.model.metrics.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** What a cache has done since it is there, for {@code /metrics}. Any thread reads and counts, without a lock. */
public final class CacheCounts {
    private static final double[] WAITS = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3};

    final LongAdder loads = new LongAdder();
    final LongAdder loaded = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder undecodable = new LongAdder();
    final LongAdder dispatched = new LongAdder();
    final LongAdder initial = new LongAdder();
    final LongAdder cutOff = new LongAdder();
    final LongAdder bytes = new LongAdder();
    private final LongAdder lists = new LongAdder();
    private final LongAdder fetched = new LongAdder();
    private final LongAdder returned = new LongAdder();
    private final LongAdder consistent = new LongAdder();
    private final Histogram waits = new Histogram(WAITS);

    /**
     * A list was served from the cache.
     *
     * @param looked objects that were looked at
     * @param answered objects that are in the answer
     */
    public void list(long looked, long answered) {
        lists.increment();
        fetched.add(looked);
        returned.add(answered);
    }

    /** A read of the newest state was served from the cache. */
    public void consistentRead() {
        consistent.increment();
        waits.observe(0); // what is acknowledged is in the cache
    }

    /** A read waited until the cache was as new as it asked for. */
    public void waited(double seconds) {
        waits.observe(seconds);
    }

    /** How often a first state was taken from the store. */
    public long loads() {
        return loads.sum();
    }

    /** Objects that were in these. */
    public long loaded() {
        return loaded.sum();
    }

    /** Changes that the store has told. */
    public long received() {
        return received.sum();
    }

    /** Values that could not be decrypted. */
    public long undecodable() {
        return undecodable.sum();
    }

    /** Changes that watchers were told, each counted once. */
    public long dispatched() {
        return dispatched.sum();
    }

    /** Past events with which watches have begun. */
    public long initial() {
        return initial.sum();
    }

    /** Watchers that did not keep up. */
    public long cutOff() {
        return cutOff.sum();
    }

    /** Bytes of all objects together, as they are now. */
    public long bytes() {
        return bytes.sum();
    }

    public long lists() {
        return lists.sum();
    }

    /** Objects looked at for lists. */
    public long fetched() {
        return fetched.sum();
    }

    /** Objects in the answers of lists. */
    public long returned() {
        return returned.sum();
    }

    public long consistentReads() {
        return consistent.sum();
    }

    /** How long reads waited for the cache, in seconds. */
    public Histogram waits() {
        return waits;
    }
}
