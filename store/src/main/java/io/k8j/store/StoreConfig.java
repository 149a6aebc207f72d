package io.k8j.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of the stores inside this process.
 *
 * @param clock tells the time for leases and history
 * @param keepFor how long past revisions stay readable
 * @param keepRevisions past revisions beyond this number are forgotten earlier
 * @param keepBytes past values beyond this total are forgotten earlier
 * @param tick how often leases, history and progress are looked after; zero leaves it to whoever calls {@link LocalStore#tick}
 * @param relaxedSync the longest time that a {@link Durability#RELAXED} write waits for its disk flush
 * @param allowRelaxed false treats every write as {@link Durability#FSYNC}
 * @param rewriteAt the log is rewritten when it has this many bytes and is larger than the live data
 * @param clusterId the cluster that the directory must belong to; empty takes what is there
 */
public record StoreConfig(
        InstantSource clock,
        Duration keepFor,
        int keepRevisions,
        long keepBytes,
        Duration tick,
        Duration relaxedSync,
        boolean allowRelaxed,
        long rewriteAt,
        Optional<String> clusterId) {
    /** Five minutes of history as in upstream's API server, bounded in memory; a clock that never jumps. */
    public static final StoreConfig DEFAULTS = new StoreConfig(
            steadyClock(),
            Duration.ofMinutes(5),
            50_000,
            32L << 20,
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            true,
            32L << 20,
            Optional.empty());

    public StoreConfig {
        Objects.requireNonNull(clock, "clock is null");
        Objects.requireNonNull(clusterId, "clusterId is null");
        notNegative("keepFor", keepFor.toMillis());
        notNegative("keepRevisions", keepRevisions);
        notNegative("keepBytes", keepBytes);
        notNegative("tick", tick.toMillis());
        notNegative("relaxedSync", relaxedSync.toMillis() - 1);
        notNegative("rewriteAt", rewriteAt);
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("%s is too small".formatted(name));
        }
    }

    /** The wall clock as it was at start plus the time run since: setting the machine's clock does not move it. */
    private static InstantSource steadyClock() {
        Instant started = Instant.now();
        long nanos = System.nanoTime();
        return () -> started.plusNanos(System.nanoTime() - nanos);
    }

    /** The same with another clock. */
    public StoreConfig withClock(InstantSource other) {
        return new StoreConfig(
                other, keepFor, keepRevisions, keepBytes, tick, relaxedSync, allowRelaxed, rewriteAt, clusterId);
    }

    /** The same with another tick. */
    public StoreConfig withTick(Duration other) {
        return new StoreConfig(
                clock, keepFor, keepRevisions, keepBytes, other, relaxedSync, allowRelaxed, rewriteAt, clusterId);
    }

    /** The same with another longest wait of relaxed writes. */
    public StoreConfig withRelaxedSync(Duration longest) {
        return new StoreConfig(
                clock, keepFor, keepRevisions, keepBytes, tick, longest, allowRelaxed, rewriteAt, clusterId);
    }

    /** The same with another size at which the log is rewritten. */
    public StoreConfig withRewriteAt(long bytes) {
        return new StoreConfig(
                clock, keepFor, keepRevisions, keepBytes, tick, relaxedSync, allowRelaxed, bytes, clusterId);
    }

    /** The same for one certain cluster. */
    public StoreConfig withClusterId(String id) {
        return new StoreConfig(
                clock, keepFor, keepRevisions, keepBytes, tick, relaxedSync, allowRelaxed, rewriteAt, Optional.of(id));
    }
}
