package io.k8j.apiserver.cache;

/**
 * One change of one object, in the order of revisions.
 *
 * <p>{@code object}: the new state; for a deletion the last state under the deletion's revision. {@code previous}: the
 * state before, null if there was none. {@code after}: all objects after the change, for reads at this revision.
 */
public final class CacheEvent {
    private final long revision;
    private final CachedObject object;
    private final CachedObject previous;
    private final boolean deleted;
    private final SortedObjects after;
    private final long nanos;
    private volatile CachedObject lost;

    CacheEvent(
            long revision,
            CachedObject object,
            CachedObject previous,
            boolean deleted,
            SortedObjects after,
            long nanos) {
        this.revision = revision;
        this.object = object;
        this.previous = previous;
        this.deleted = deleted;
        this.after = after;
        this.nanos = nanos;
    }

    public long revision() {
        return revision;
    }

    public CachedObject object() {
        return object;
    }

    public CachedObject previous() {
        return previous;
    }

    public boolean deleted() {
        return deleted;
    }

    SortedObjects after() {
        return after;
    }

    long nanos() {
        return nanos;
    }

    int bytes() {
        return object.object().json().length + 800; // what a path of copied nodes costs about
    }

    /** The state that a watcher sees as deleted because the new one does not fit its selectors any more. */
    CachedObject lost() {
        CachedObject known = lost;
        if (known == null) {
            known = previous.at(revision);
            lost = known;
        }
        return known;
    }
}
