package io.k8j.store;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes changes last. All state is served from memory, so a journal only appends, replays and gives space back.
 * {@link #append} is called by one thread at a time; {@link #maintain}
 * and {@link #snapshot} by another meanwhile.
 */
interface Journal extends AutoCloseable {
    /**
     * Hands over what is stored, in order; called once, before everything else. The same change may come again, and a
     * change older than one handed over already may come: the newer revision of a key wins.
     *
     * @return the revision to go on from: none above it was ever acknowledged
     */
    long recover(Consumer<Change> into);

    /**
     * Writes changes, all or none.
     *
     * @param lastRevision the highest revision given out with these changes
     * @param durable whether they must be on disk on return; otherwise {@link StoreConfig#relaxedSync()} later
     * @throws StoreException if nothing was written
     */
    void append(List<Change> changes, long lastRevision, boolean durable);

    /** Looks after space; called once in a while by a thread that may take its time. */
    void maintain(StateSource state);

    /** Writes the state to a file of its own. */
    void snapshot(StateSource state, Path target);

    String clusterId();

    /** Flushes and releases everything. */
    @Override
    void close();

    /** Gives the live state at one revision, with at least all changes appended before the call; leases may be newer. */
    interface StateSource {
        long liveBytes();

        State read();
    }

    record State(long revision, List<Entry> entries, List<Change.Lease> leases) {}
}
