package io.k8j.store;

/** A running watch. */
public interface Watch extends AutoCloseable {
    /** Has {@link WatchListener#onProgress} called, in order with the events, as soon as the watch is up to date. */
    void requestProgress();

    /** Stops; a call to the listener that is already running may still finish. May be repeated. */
    @Override
    void close();
}
