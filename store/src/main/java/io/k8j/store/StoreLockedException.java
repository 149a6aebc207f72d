package io.k8j.store;

/** Another process, or another part of this one, has the same directory open. */
public final class StoreLockedException extends StoreException {
    private static final long serialVersionUID = 1;

    StoreLockedException(String message) {
        super(message);
    }

    StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
