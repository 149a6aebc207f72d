package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;

/** What one metric of an autoscaler leads to. */
sealed interface MetricProposal {
    /**
     * A number of replicas.
     *
     * @param name of the metric in the words of Events
     * @param status what was measured
     */
    record Replicas(int replicas, String name, MetricStatus status) implements MetricProposal {}

    /**
     * Nothing.
     *
     * @param reason of the Event and of the condition
     * @param message of the Event
     * @param error what went wrong, in the words of the whole
     */
    record Failed(String reason, String message, String error) implements MetricProposal {}
}
