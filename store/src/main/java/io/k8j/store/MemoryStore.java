package io.k8j.store;

import java.util.List;

/** Keeps everything in memory only: for tests and for clusters that need not outlive their process. */
public final class MemoryStore extends LocalStore {
    private MemoryStore(StoreConfig config, RangeResult.Page state) {
        super(new NoJournal(config, state), config, false);
    }

    /** Opens an empty store at revision 1. Listeners are called on the writers' threads, one at a time. */
    public static MemoryStore open(StoreConfig config) {
        return new MemoryStore(config, new RangeResult.Page(List.of(), 1, false, 0));
    }

    /**
     * Opens a store with what another one had at some revision, as {@link Store#list} of all keys tells it. Values are
     * shared, not copied; leases are not taken over, so keys that had one stay until they are removed.
     */
    public static MemoryStore open(StoreConfig config, RangeResult.Page state) {
        return new MemoryStore(config, state);
    }
}
