package io.k8j.store;

import java.util.List;

/**
 * Hears of changes. The calls of one watch never overlap and are ordered.
 *
 * <p>In an embedded store they come on the committing thread, before the writer goes on, so all writers wait for
 * them: take the events over and return; do not block and do not write to the store (that throws
 * {@link IllegalStateException}). A listener that throws is logged and its watch ends with {@link WatchEnd.Failed}.
 */
public interface WatchListener {
    /**
     * Takes changes, at least one, in order of revisions.
     *
     * @param events not changeable
     * @param revision everything up to it that the watch is about has now been told; the last event's revision or
     *     higher
     */
    void onEvents(List<Event> events, long revision);

    /** Learns that everything up to {@code revision} has been told, though nothing new happened. */
    default void onProgress(long revision) {}

    /** Learns that no further call comes and why; not called after {@link Watch#close()}. */
    void onEnd(WatchEnd end);
}
