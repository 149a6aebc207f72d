package io.k8j.store;

/** One fact that is journaled; what a journal replays rebuilds the state. */
sealed interface Change {
    record Put(Entry entry) implements Change {}

    record Delete(String key, long revision) implements Change {}

    /** A lease was granted or renewed. */
    record Lease(long id, long ttlMillis, long expiresAtMillis) implements Change {}

    record LeaseOver(long id) implements Change {}
}
