package io.k8j.model.selector;

/** Says, in upstream's words, why a selector cannot be understood. */
public final class SelectorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    SelectorException(String message) {
        super(message);
    }
}
