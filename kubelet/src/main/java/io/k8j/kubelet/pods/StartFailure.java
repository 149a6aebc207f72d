package io.k8j.kubelet.pods;

import java.io.Serial;

/** A container cannot be started now: the reason and message of its waiting state. */
final class StartFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String reason;

    StartFailure(String reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    static StartFailure config(String message) {
        return new StartFailure("CreateContainerConfigError", message);
    }

    String reason() {
        return reason;
    }
}
