package io.k8j.store;

/** Stored data is damaged or missing; the store was not opened and nothing was changed. */
public final class StoreCorruptedException extends StoreException {
    private static final long serialVersionUID = 1;

    StoreCorruptedException(String message) {
        super(message);
    }

    StoreCorruptedException(String message, Throwable cause) {
        super(message, cause);
    }
}
