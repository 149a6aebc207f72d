package io.k8j.store;

/**
 * One version of a key. Not changeable; two entries of the same key and {@code modRevision} are the same version.
 *
 * @param key the key
 * @param value the bytes; never to be changed by anyone
 * @param createRevision the revision that made the key after it was last absent
 * @param modRevision the revision of this version
 * @param version how many times the key was written since then; 1 for a new key
 * @param leaseId the lease that removes this key, or 0
 */
@SuppressWarnings("ArrayRecordComponent") // values are shared on purpose; nobody compares entries by their bytes
public record Entry(String key, byte[] value, long createRevision, long modRevision, long version, long leaseId) {
    @Override
    public String toString() {
        return "%s@%d (version %d, %d bytes)".formatted(key, modRevision, version, value.length);
    }
}
