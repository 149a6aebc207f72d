package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import io.k8j.model.quantity.Quantity;

/** How far the ratio of usage and target may be off without consequence, as a part of the target. */
record Tolerances(double down, double up) {
    /** @param configurable whether an autoscaler may have its own (feature HPAConfigurableTolerance) */
    static Tolerances of(HorizontalPodAutoscalerBehavior behavior, double usual, boolean configurable) {
        if (behavior == null || !configurable) return new Tolerances(usual, usual);
        return new Tolerances(of(behavior.getScaleDown(), usual), of(behavior.getScaleUp(), usual));
    }

    private static double of(HPAScalingRules rules, double usual) {
        return rules == null || rules.getTolerance() == null
                ? usual
                : Quantity.of(rules.getTolerance()).doubleValue();
    }

    boolean contain(double ratio) {
        return 1.0 - down <= ratio && ratio <= 1.0 + up;
    }
}
