package io.k8j.model.typed;

/** Something that only Jackson's data binding can do, or can say what is wrong with it. */
final class NotPlainException extends RuntimeException {
    static final NotPlainException INSTANCE = new NotPlainException();
    private static final long serialVersionUID = 1;

    private NotPlainException() {
        super("not plain", null, false, false);
    }
}
