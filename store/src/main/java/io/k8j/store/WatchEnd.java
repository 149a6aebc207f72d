package io.k8j.store;

/** Why a watch ended by itself. */
public sealed interface WatchEnd {
    /** The wanted revision is compacted: list again, then watch from that list's revision + 1. */
    record Compacted(long compactedRevision) implements WatchEnd {}

    /** The store was closed. */
    record Closed() implements WatchEnd {}

    /** The listener threw, or an external store failed for good. */
    record Failed(Exception cause) implements WatchEnd {}
}
