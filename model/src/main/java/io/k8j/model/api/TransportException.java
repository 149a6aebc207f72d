package io.k8j.model.api;

/** No answer came from the API server: it could not be reached, or the connection broke. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
