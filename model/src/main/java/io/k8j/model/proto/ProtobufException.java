package io.k8j.model.proto;

/** Bytes are no protobuf of the wanted kind, or an object has no protobuf form. The message says what and where. */
public final class ProtobufException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProtobufException(String message) {
        super(message);
    }

    ProtobufException(String message, Throwable cause) {
        super(message, cause);
    }
}
