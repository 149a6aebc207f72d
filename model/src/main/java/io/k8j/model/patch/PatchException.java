package io.k8j.model.patch;

/** Says, in upstream's words, why a patch cannot be applied. */
public final class PatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Which answer upstream gives. */
    public enum Kind {
        /** 400 with the message. */
        BAD_REQUEST(400),
        /** 413 with the message. */
        TOO_LARGE(413),
        /** 422 without the message: upstream only says that the request was rejected. */
        UNPROCESSABLE(422),
        /** What upstream answers with 500 and the message, although the patch is at fault. */
        INTERNAL(500);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** Upstream's HTTP status. */
        public int code() {
            return code;
        }
    }

    private final Kind kind;

    PatchException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
