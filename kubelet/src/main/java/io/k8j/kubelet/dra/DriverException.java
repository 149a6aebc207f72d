package io.k8j.kubelet.dra;

import java.io.IOException;

/** A driver could not do what was asked of it, or is not there; it may be possible later. The message is for users. */
public final class DriverException extends IOException {
    private static final long serialVersionUID = 1;

    DriverException(String message) {
        super(message);
    }

    DriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
