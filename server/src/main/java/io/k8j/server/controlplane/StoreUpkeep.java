package io.k8j.server.controlplane;

import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import io.k8j.store.MemoryStore;
import java.time.Duration;

/**
 * Lets a store in memory end leases and forget history when the cluster's clock says so, which may be another than the
 * machine's.
 */
final class StoreUpkeep implements AutoCloseable {
    private final MemoryStore store;
    private final Time time;
    private final Duration every;
    private Time.Timer next = () -> {}; // guarded by this
    private boolean closed; // guarded by this

    private StoreUpkeep(MemoryStore store, Time time, Duration every) {
        this.store = store;
        this.time = time;
        this.every = every;
    }

    static StoreUpkeep start(MemoryStore store, Time time, Duration every) {
        StoreUpkeep upkeep = new StoreUpkeep(store, time, every);
        upkeep.later();
        return upkeep;
    }

    private synchronized void later() {
        if (closed) return;
        next = time.after(
                Pace.UPKEEP,
                every,
                () -> Thread.ofVirtual().name("store-upkeep").start(this::run));
    }

    private void run() {
        try {
            store.tick();
        } finally {
            later();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        next.cancel();
    }
}
