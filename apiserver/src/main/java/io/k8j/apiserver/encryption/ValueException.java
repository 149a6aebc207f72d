package io.k8j.apiserver.encryption;

/** A value cannot be sealed or opened; the message is upstream's and may be shown to clients. */
public final class ValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ValueException(String message) {
        super(message);
    }

    public ValueException(String message, Throwable cause) {
        super(message, cause);
    }
}
