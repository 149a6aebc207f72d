package io.k8j.apiserver.verb;

import io.k8j.model.time.Time;
import io.k8j.store.Store;
import java.time.Duration;

/**
 * Shares store leases between objects that end at about the same time, as upstream does, so that a storm of Events does
 * not make a lease each. Safe for all threads.
 */
final class ObjectLeases {
    private static final int OBJECTS_PER_LEASE = 1000;
    private static final Duration SHARED_FOR = Duration.ofSeconds(60);

    private final Store store;
    private final Time time;
    private long lease; // guarded by this
    private long usableUntilNanos; // guarded by this
    private int objects; // guarded by this

    ObjectLeases(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    /** A lease that lasts at least {@code ttl} and at most a minute longer. */
    synchronized long forTtl(Duration ttl) {
        long now = time.nanoTime();
        if (lease == 0 || objects >= OBJECTS_PER_LEASE || now - usableUntilNanos >= 0) {
            lease = store.grant(ttl.plus(SHARED_FOR));
            usableUntilNanos = now + SHARED_FOR.toNanos();
            objects = 0;
        }
        objects++;
        return lease;
    }

    /** A lease that turned out to be over. */
    synchronized void forget(long id) {
        if (lease == id) lease = 0;
    }
}
