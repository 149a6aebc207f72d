package io.k8j.store;

/** When a write counts as done. */
public enum Durability {
    /** It survives {@code kill -9} and power loss. Writes that wait at the same time share one disk flush. */
    FSYNC,
    /**
     * It survives {@code kill -9}; a power loss may take the last {@link StoreConfig#relaxedSync()} of such writes,
     * the newest first. Their revisions are not used again. For leases and events.
     */
    RELAXED
}
