package io.k8j.store;

/** The disk is full: nothing was written, reading goes on, and writing works again when there is room. */
public final class StoreFullException extends StoreException {
    private static final long serialVersionUID = 1;

    StoreFullException(String message) {
        super(message);
    }

    StoreFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
