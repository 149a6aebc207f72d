package io.k8j.store;

import java.util.List;

/** What a range read found. */
public sealed interface RangeResult {
    /**
     * The entries, ordered by key, as they were at {@code revision}.
     *
     * @param more whether the limit left out entries
     * @param remaining how many it left out
     */
    record Page(List<Entry> entries, long revision, boolean more, long remaining) implements RangeResult {}

    /** The asked revision lies before {@code compactedRevision} and cannot be read any more. */
    record Compacted(long compactedRevision) implements RangeResult {}

    /** The asked revision is higher than the store's {@code revision}. */
    record Future(long revision) implements RangeResult {}
}
