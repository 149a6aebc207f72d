package io.k8j.store;

/** The directory was written by another version, or belongs to another cluster; nothing was changed. */
public final class StoreFormatException extends StoreException {
    private static final long serialVersionUID = 1;

    StoreFormatException(String message) {
        super(message);
    }

    StoreFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
