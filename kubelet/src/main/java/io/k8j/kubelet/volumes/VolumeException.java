package io.k8j.kubelet.volumes;

import java.io.Serial;

/** A volume cannot be made ready; the message is the one of upstream's events. */
public final class VolumeException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes an exception. */
    public VolumeException(String message, Throwable cause) {
        super(message, cause);
    }
}
