package io.k8j.kubelet.probes;

/**
 * What one run of a probe has shown.
 *
 * @param kind success, failure, or that the probe itself could not be carried out
 * @param output for the event
 */
record ProbeResult(Kind kind, String output) {
    enum Kind {
        SUCCESS,
        FAILURE,
        ERROR
    }

    static ProbeResult success(String output) {
        return new ProbeResult(Kind.SUCCESS, output);
    }

    static ProbeResult failure(String output) {
        return new ProbeResult(Kind.FAILURE, output);
    }

    static ProbeResult error(String output) {
        return new ProbeResult(Kind.ERROR, output);
    }
}
