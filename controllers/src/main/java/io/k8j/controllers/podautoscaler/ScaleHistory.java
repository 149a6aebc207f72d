package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was recommended for one autoscaler and what was done, as far as its windows reach back. Belongs to the worker that
 * has its key.
 */
final class ScaleHistory {
    /** @param change of the number of replicas, without its sign */
    record Step(int change, Instant at) {}

    /** Before the limits and the windows. */
    record Recommendation(int replicas, Instant at) {}

    private final List<Recommendation> recommendations = new ArrayList<>();
    private final List<Step> ups = new ArrayList<>();
    private final List<Step> downs = new ArrayList<>();

    List<Recommendation> recommendations() {
        return recommendations;
    }

    /** Begins with what was found. */
    void begin(int replicas, Instant now) {
        if (recommendations.isEmpty()) recommendations.add(new Recommendation(replicas, now));
    }

    /** Remembers a recommendation; one that is older than {@code cutoff} makes room for it. */
    void recommend(int replicas, Instant now, Instant cutoff) {
        recommendations.removeIf(recommendation -> recommendation.at().isBefore(cutoff));
        recommendations.add(new Recommendation(replicas, now));
    }

    /** Remembers that the target was scaled. */
    void scaled(int before, int after, HPAScalingRules up, HPAScalingRules down, Instant now) {
        if (after > before) add(ups, after - before, up, now);
        else add(downs, before - after, down, now);
    }

    private static void add(List<Step> steps, int change, HPAScalingRules rules, Instant now) {
        int longest = 0;
        for (HPAScalingPolicy policy : rules == null ? List.<HPAScalingPolicy>of() : Nulls.list(rules.getPolicies())) {
            longest = Math.max(longest, policy.getPeriodSeconds());
        }
        Instant cutoff = now.minusSeconds(longest);
        steps.removeIf(step -> step.at().isBefore(cutoff));
        steps.add(new Step(change, now));
    }

    int added(int periodSeconds, Instant now) {
        return sum(ups, periodSeconds, now);
    }

    int removed(int periodSeconds, Instant now) {
        return sum(downs, periodSeconds, now);
    }

    private static int sum(List<Step> steps, int periodSeconds, Instant now) {
        Instant cutoff = now.minus(Duration.ofSeconds(periodSeconds));
        return steps.stream()
                .filter(step -> step.at().isAfter(cutoff))
                .mapToInt(Step::change)
                .sum();
    }
}
