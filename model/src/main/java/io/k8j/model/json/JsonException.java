package io.k8j.model.json;

/**
 * Says that a text is not acceptable JSON or YAML. The message has upstream's words, such as
 * {@code invalid character '}' looking for beginning of object key string}, without any prefix.
 */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JsonException(String message) {
        super(message);
    }

    public JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
