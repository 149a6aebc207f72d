package io.k8j.model.proto;

import io.k8j.model.resource.GroupVersionKind;

/** Bytes are no protobuf of the wanted kind, or an object has no protobuf form. The message is upstream's if it has one. */
public final class ProtobufException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient GroupVersionKind kind;
    private final transient boolean known;

    ProtobufException(String message) {
        super(message);
        this.kind = null;
        this.known = true;
    }

    ProtobufException(String message, Throwable cause) {
        super(message, cause);
        this.kind = null;
        this.known = true;
    }

    private ProtobufException(GroupVersionKind kind, boolean known, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.known = known;
    }

    /** What is wrong inside of an object whose envelope could be read. */
    static ProtobufException within(GroupVersionKind kind, ProtobufException cause) {
        return new ProtobufException(kind, true, cause.getMessage(), cause);
    }

    static ProtobufException unknown(GroupVersionKind kind) {
        return new ProtobufException(
                kind,
                false,
                "kind " + kind.kind() + " of version " + kind.apiVersion() + " has no protobuf form",
                null);
    }

    /** The kind that the envelope tells; null if it could not be read. */
    public GroupVersionKind kind() {
        return kind;
    }

    /** Whether there is a kind of that name. */
    public boolean isKnownKind() {
        return known;
    }
}
