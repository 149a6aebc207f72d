package io.k8j.store;

/** The store is closed; a write that was waiting did not take place. */
public final class StoreClosedException extends StoreException {
    private static final long serialVersionUID = 1;

    StoreClosedException(String message) {
        super(message);
    }

    StoreClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
