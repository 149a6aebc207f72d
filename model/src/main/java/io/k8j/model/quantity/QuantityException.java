package io.k8j.model.quantity;

/** Says, in upstream's words, why a text is not a quantity. */
public final class QuantityException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    QuantityException(String message) {
        super(message);
    }
}
