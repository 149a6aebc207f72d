package io.k8j.store;

/**
 * How a write is to be done.
 *
 * @param durability what an acknowledgement means
 * @param leaseId the lease that is to remove the key, or 0; a later write without it detaches the key
 */
public record WriteOptions(Durability durability, long leaseId) {
    /** Acknowledged when it is on disk; no lease. */
    public static final WriteOptions FSYNC = new WriteOptions(Durability.FSYNC, 0);

    /** Acknowledged when the operating system has it; no lease. */
    public static final WriteOptions RELAXED = new WriteOptions(Durability.RELAXED, 0);

    /** The same with a lease. */
    public WriteOptions withLease(long id) {
        return new WriteOptions(durability, id);
    }
}
