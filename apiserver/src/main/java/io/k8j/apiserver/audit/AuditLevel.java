package io.k8j.apiserver.audit;

/** How much of a request is recorded, rising. */
public enum AuditLevel {
    NONE("None"),
    METADATA("Metadata"),
    REQUEST("Request"),
    REQUEST_RESPONSE("RequestResponse");

    private final String word;

    AuditLevel(String word) {
        this.word = word;
    }

    /** Upstream's name of it. */
    public String word() {
        return word;
    }

    boolean atLeast(AuditLevel other) {
        return compareTo(other) >= 0;
    }
}
