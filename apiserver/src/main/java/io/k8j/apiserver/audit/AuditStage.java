package io.k8j.apiserver.audit;

/** When an event is recorded. */
public enum AuditStage {
    REQUEST_RECEIVED("RequestReceived"),
    RESPONSE_STARTED("ResponseStarted"),
    RESPONSE_COMPLETE("ResponseComplete"),
    PANIC("Panic");

    private final String word;

    AuditStage(String word) {
        this.word = word;
    }

    /** Upstream's name of it. */
    public String word() {
        return word;
    }
}
