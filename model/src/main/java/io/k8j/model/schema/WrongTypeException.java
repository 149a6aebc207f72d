package io.k8j.model.schema;

/** A value has not the type its place wants. The message is upstream's sentence, ready to follow a kind's name. */
public final class WrongTypeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public WrongTypeException(String message) {
        super(message);
    }
}
