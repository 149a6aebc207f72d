package io.k8j.controllers.podautoscaler;

/** Says in upstream's words why a metric does not lead to a number of replicas. */
final class MetricException extends RuntimeException {
    private final String event;

    MetricException(String message) {
        this(message, message, null);
    }

    MetricException(String message, Throwable cause) {
        this(message, message, cause);
    }

    private MetricException(String message, String event, Throwable cause) {
        super(message, cause);
        this.event = event;
    }

    /** What Event and condition say of it. */
    String event() {
        return event;
    }

    /** The same with words in front. */
    MetricException within(String words) {
        return new MetricException(words + ": " + getMessage(), this);
    }

    /** The same with words in front that Event and condition do not have. */
    MetricException quietlyWithin(String words) {
        return new MetricException(words + ": " + getMessage(), event, this);
    }
}
