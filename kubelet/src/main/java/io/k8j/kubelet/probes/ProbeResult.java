package io.k8j.kubelet.probes;

/**
 * What one run of a probe has shown.
 *
 * @param kind success, perhaps of a doubtful kind, failure, or that the probe itself could not be carried out
 * @param output for the event
 */
record ProbeResult(Kind kind, String output) {
    enum Kind {
        SUCCESS,
        WARNING,
        FAILURE,
        ERROR
    }

    /** Whether it counts for the container. */
    boolean good() {
        return kind == Kind.SUCCESS || kind == Kind.WARNING;
    }

    static ProbeResult success(String output) {
        return new ProbeResult(Kind.SUCCESS, output);
    }

    static ProbeResult warning(String output) {
        return new ProbeResult(Kind.WARNING, output);
    }

    static ProbeResult failure(String output) {
        return new ProbeResult(Kind.FAILURE, output);
    }

    static ProbeResult error(String output) {
        return new ProbeResult(Kind.ERROR, output);
    }
}
