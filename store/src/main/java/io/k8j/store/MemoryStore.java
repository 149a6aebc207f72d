package io.k8j.store;

/** Keeps everything in memory only: for tests and for clusters that need not outlive their process. */
public final class MemoryStore extends LocalStore {
    private MemoryStore(StoreConfig config) {
        super(new NoJournal(config), config, false);
    }

    /** Opens an empty store at revision 1. Listeners are called on the writers' threads, one at a time. */
    public static MemoryStore open(StoreConfig config) {
        return new MemoryStore(config);
    }
}
