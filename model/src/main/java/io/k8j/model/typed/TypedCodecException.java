package io.k8j.model.typed;

/** A tree or JSON does not fit a typed class, or no class exists for a kind. */
public final class TypedCodecException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TypedCodecException(String message, Throwable cause) {
        super(message, cause);
    }
}
