package io.k8j.model.json;

/** Says that a text is longer than its caller allows; nothing of it was parsed. */
public final class JsonTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long limit;

    JsonTooLargeException(long limit) {
        super("limit is " + limit);
        this.limit = limit;
    }

    /** The number of bytes that would have been accepted. */
    public long limit() {
        return limit;
    }
}
