package io.k8j.scheduler.devices;

/** Something is wrong with claims, classes or devices, so that no node can be judged; the message is upstream's. */
final class StopException extends Exception {
    private static final long serialVersionUID = 1L;

    StopException(String message) {
        super(message, null, false, false);
    }
}
