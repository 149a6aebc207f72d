package io.k8j.store;

/** What became of a conditional write. */
public sealed interface PutResult {
    /** It took place at {@code revision}. */
    record Stored(long revision) implements PutResult {}

    /** It did not take place: the key's revision is {@code found}, 0 if it is absent. */
    record Conflict(long found) implements PutResult {}
}
