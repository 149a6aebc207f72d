package io.k8j.kubelet.pods.config;

import java.io.Serial;

/** A container cannot be started now: the reason and message of its waiting state. */
public final class StartFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String reason;

    public StartFailure(String reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** One for what the spec asks for and is not there. */
    public static StartFailure config(String message) {
        return new StartFailure("CreateContainerConfigError", message);
    }

    public String reason() {
        return reason;
    }
}
