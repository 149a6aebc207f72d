package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.k8j.controllers.support.Nulls;

/** What is to happen to a target before its metrics are looked at. Pure. */
sealed interface Rescale {
    /** Somebody has set it to zero, and that is to stay. */
    record Disabled() implements Rescale {}

    /** It is outside the limits and is brought back whatever its metrics say. */
    record Bounded(int replicas, String why) implements Rescale {}

    /** The metrics decide. */
    record ByMetrics() implements Rescale {}

    /**
     * @param current how many there are to be
     * @param cameFromHere whether the autoscaler itself has scaled it to zero, which it undoes, too
     */
    static Rescale of(HorizontalPodAutoscaler autoscaler, int current, boolean cameFromHere) {
        int min = min(autoscaler);
        int max = autoscaler.getSpec().getMaxReplicas();
        if (current == 0) {
            boolean returns = cameFromHere && (min != 0 || hasForeignMetric(autoscaler));
            return returns ? new ByMetrics() : new Disabled();
        }
        if (current > max) return new Bounded(max, "Current number of replicas above Spec.MaxReplicas");
        if (current < min) return new Bounded(min, "Current number of replicas below Spec.MinReplicas");
        return new ByMetrics();
    }

    static int min(HorizontalPodAutoscaler autoscaler) {
        return Nulls.or(autoscaler.getSpec().getMinReplicas(), 1);
    }

    /** Only such metrics are there without a Pod. */
    static boolean hasForeignMetric(HorizontalPodAutoscaler autoscaler) {
        return Nulls.list(autoscaler.getSpec().getMetrics()).stream()
                .anyMatch(metric -> "Object".equals(metric.getType()) || "External".equals(metric.getType()));
    }
}
