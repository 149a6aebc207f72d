package io.k8j.store;

/** Reports a fault of the store; the message is one sentence for the operator. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
