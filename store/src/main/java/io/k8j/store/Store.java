package io.k8j.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps keys and values under one growing revision, as etcd does.
 *
 * <p><b>Revisions.</b> Each change of a key gets a revision higher than all before it. Revisions may have gaps, never
 * repeat and never go back, not even after a crash. Reads see all changes up to one revision or none of a change.
 *
 * <p><b>Order of a write.</b> Changes become durable (see {@link Durability}), then readable, then every matching
 * {@link WatchListener} is told, then {@link #revision()} shows them, then the writer's call returns. So a listener
 * of the same process has seen a write before its writer goes on, and whoever reads {@code revision()} as R may rely
 * on every listener having been told of all changes up to R. (A store outside this process tells its listeners
 * later; it then answers {@link Watch#requestProgress()} once they have caught up.)
 *
 * <p><b>Keys</b> are not empty and compare by their UTF-8 bytes. <b>Values</b> are handed over, not copied: neither
 * side may change an array after passing it on.
 *
 * <p><b>Threads.</b> All methods may be called by any thread. Writes block until they are acknowledged and cannot be
 * interrupted; reads never block on writers. A listener must not write.
 *
 * <p><b>Errors.</b> Every method throws {@link StoreClosedException} after {@link #close()}; other
 * {@link StoreException}s are named where they apply.
 *
 * @see <a href="https://etcd.io/docs/v3.5/learning/api/">etcd v3 API</a>, whose rules hold unless said otherwise
 */
public interface Store extends AutoCloseable {
    /** As {@code expectedRevision}: write whatever is there. */
    long ANY_REVISION = -1;

    /** As {@code expectedRevision}: the key must be absent. */
    long ABSENT = 0;

    /** As {@code atRevision}: read the newest state. */
    long NOW = 0;

    /**
     * Stores a value if the key is as the caller expects.
     *
     * @param value makes the bytes once the revision is known; called at most once, and only if the value is going to
     *     be written
     * @param expectedRevision the {@link Entry#modRevision()} the caller has seen, {@link #ABSENT} or
     *     {@link #ANY_REVISION}
     * @return the new revision; or the conflicting one, with nothing written
     * @throws LeaseNotFoundException if {@code options} names a lease that is over; nothing is written
     * @throws StoreFullException if the disk is full; nothing is written, a repeat is safe
     * @throws StoreException if the write failed otherwise; whether it took place is known after reopening
     */
    PutResult put(String key, RevisionedValue value, long expectedRevision, WriteOptions options);

    /** Stores bytes that do not depend on the revision; otherwise as the other {@code put}. */
    default PutResult put(String key, byte[] value, long expectedRevision, WriteOptions options) {
        return put(key, revision -> value, expectedRevision, options);
    }

    /**
     * Removes a key if it is as the caller expects; outcomes and errors as with {@code put}.
     *
     * @return the revision of the removal; or a conflict, with 0 as found revision if the key is absent (also for
     *     {@link #ANY_REVISION})
     */
    PutResult delete(String key, long expectedRevision, WriteOptions options);

    /** Finds the newest value of a key. */
    Optional<Entry> get(String key);

    /**
     * Reads keys in order, all at one revision.
     *
     * @param prefix which keys; empty means all
     * @param fromKey leave out keys before this one; empty means from the first. To go on after key {@code k} of an
     *     earlier page pass {@code k + "\0"} and the revision of that page
     * @param limit most entries to return; 0 means no limit
     * @param atRevision the revision to read at, or {@link #NOW}
     */
    RangeResult range(String prefix, String fromKey, int limit, long atRevision);

    /** Reads all keys with a prefix at the newest revision. */
    default RangeResult.Page list(String prefix) {
        return (RangeResult.Page) range(prefix, "", 0, NOW);
    }

    /**
     * Tells the listener of every change from a revision on, each exactly once and in order of revisions. Past
     * changes may be told during this call.
     *
     * @param prefix which keys; empty means all
     * @param fromRevision the first revision wanted (last seen + 1), or {@link #NOW} for what comes after this call.
     *     If it is compacted already, {@link WatchListener#onEnd} is called with {@link WatchEnd.Compacted} and
     *     nothing else
     */
    Watch watch(String prefix, long fromRevision, WatchListener listener);

    /** The revision up to which everything is readable and every listener of this process has been told; 1 or more. */
    long revision();

    /** The highest compacted revision; states before it and changes up to it can no longer be read. 0 if none is. */
    long compactedRevision();

    /**
     * Forgets states before a revision and changes up to it. The newest value of a key is never forgotten. An
     * embedded store also does this by itself, see {@link StoreConfig}, and forgets the past when it is closed.
     *
     * @param revision at most {@link #revision()}; nothing happens if it is compacted already
     */
    void compact(long revision);

    /**
     * Starts a lease; keys attached through {@link WriteOptions#leaseId()} are removed when it is over.
     *
     * @param ttl how long it lasts from now or from the last {@link #keepAlive}; 1 ms or more
     * @return the id of the lease, never 0
     */
    long grant(Duration ttl);

    /** Starts the time of a lease again; false if the lease is over. */
    boolean keepAlive(long leaseId);

    /** Ends a lease now and removes its keys; false if it was over. Returns after the keys are removed. */
    boolean revoke(long leaseId);

    /** What is left of a lease; empty if it is over. */
    Optional<Duration> timeToLive(long leaseId);

    /**
     * Writes the state at the newest revision into one checksummed file, while writes go on.
     *
     * @param target a file that does not exist yet
     */
    void snapshot(Path target);

    /** How much of a disk of this machine the data takes; empty if it is not on one. May ask the disk. */
    default OptionalLong diskBytes() {
        return OptionalLong.empty();
    }

    /** A name that tells this cluster's data from another's; stays the same for life. */
    String clusterId();

    /** Finishes waiting writes, ends all watches with {@link WatchEnd.Closed}, releases everything; may be repeated. */
    @Override
    void close();
}
