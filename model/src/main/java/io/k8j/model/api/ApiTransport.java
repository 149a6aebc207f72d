package io.k8j.model.api;

/**
 * The way to an API server with one identity: a direct call within the process, or HTTPS. Safe for all threads.
 *
 * <p>This is the only thing by which components reach each other's data.
 */
public interface ApiTransport extends AutoCloseable {
    /**
     * Sends a request (any verb but watch) and blocks until it is answered.
     *
     * @throws ApiException if the server refuses or fails
     * @throws TransportException if no answer arrived; whether a write took place is then unknown
     */
    ApiResponse call(ApiCall call);

    /**
     * Starts a watch and returns once the server has accepted it.
     *
     * @return closes the watch; may be called often and from any thread
     * @throws ApiException if the server refuses it, for example 410 when the resourceVersion is too old
     * @throws TransportException if the server cannot be reached
     */
    Watch watch(ApiCall call, WatchListener listener);

    /** Appends what it counts, in Prometheus' text format; a direct call counts nothing. */
    default void writeMetrics(StringBuilder out) {}

    /** A running watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    void close();
}
