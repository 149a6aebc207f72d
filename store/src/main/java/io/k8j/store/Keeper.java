package io.k8j.store;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does in the background what time asks for: ends leases, forgets history, gives space back. */
final class Keeper {
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    private final LocalStore store;
    private final Journal journal;
    private final Committer committer;
    private final KeySpace keys;
    private final Leases leases;
    private final StoreConfig config;
    private final Thread thread; // null if others tick
    private volatile boolean closed;

    Keeper(LocalStore store, Journal journal, Committer committer, KeySpace keys, Leases leases, StoreConfig config) {
        this.store = store;
        this.journal = journal;
        this.committer = committer;
        this.keys = keys;
        this.leases = leases;
        this.config = config;
        this.thread = config.tick().isZero()
                ? null
                : Thread.ofPlatform().name("store-keeper").daemon().start(this::work);
    }

    private void work() {
        while (!closed) {
            LockSupport.parkNanos(this, config.tick().toNanos());
            if (!closed) {
                try {
                    tick();
                } catch (RuntimeException e) {
                    log.atWarn().setCause(e).log("store upkeep failed, it is tried again");
                }
            }
        }
    }

    void tick() {
        for (long id : leases.expired(config.clock().millis())) {
            store.expire(id);
        }
        committer.tidy();
        journal.maintain(state());
    }

    Journal.StateSource state() {
        return new Journal.StateSource() {
            @Override
            public long liveBytes() {
                return keys.liveBytes();
            }

            @Override
            public Journal.State read() {
                committer.settle();
                return LocalStore.read(keys, leases);
            }
        };
    }

    void close() {
        closed = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            Threads.join(thread);
        }
    }
}
