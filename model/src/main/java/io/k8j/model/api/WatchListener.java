package io.k8j.model.api;

/**
 * Receives the events of one watch: one at a time, in order of their revisions. Calls come from a thread of the
 * transport; they must return soon and must not start requests themselves.
 */
public interface WatchListener {
    /** What happened to the object, as seen through the watch's selectors. */
    enum EventType {
        ADDED,
        MODIFIED,
        DELETED,
        /** Nothing changed; the object carries only a resourceVersion (and perhaps the end-of-initial-events mark). */
        BOOKMARK
    }

    /** One change. For DELETED the object is its last state, with the revision of the deletion. */
    void event(EventType type, ApiObject object);

    /**
     * Whether events are only noted and never wait for anything, so that the thread that brings them to all watches may
     * call directly. Asked once, on the watch's own thread, after the present state was told; may block there.
     */
    default boolean onlyNotes() {
        return false;
    }

    /**
     * The watch is over and no event follows. Called exactly once.
     *
     * @param cause null when it was closed by us, by its time limit or by the server's shutdown; otherwise the
     *     failure: an {@link ApiException} (410 when the version is too old) or a {@link TransportException}
     */
    void closed(RuntimeException cause);
}
