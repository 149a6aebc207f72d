package io.k8j.store;

/** The lease is over or never was. */
public final class LeaseNotFoundException extends StoreException {
    private static final long serialVersionUID = 1;

    LeaseNotFoundException(String message) {
        super(message);
    }

    LeaseNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
