package io.k8j.controllers.disruption;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetSpec;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatusBuilder;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.IntOrPercent;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many Pods of a budget may go now.
 *
 * @param status the new status
 * @param recheck when an eviction that was granted but not carried out is given up
 * @param overdue Pods whose eviction was granted, not carried out, and is given up now
 */
record BudgetPlan(PodDisruptionBudgetStatus status, Optional<Duration> recheck, List<Pod> overdue) {
    static final Duration EVICTION_TIMEOUT = Duration.ofMinutes(2);
    private static final String ALLOWED = "DisruptionAllowed";

    /** Whether the wanted number depends on the size of the workloads instead of the present Pods. */
    static boolean needsScale(PodDisruptionBudget budget) {
        PodDisruptionBudgetSpec spec = budget.getSpec();
        return spec.getMaxUnavailable() != null || isPercent(spec.getMinAvailable());
    }

    private static boolean isPercent(IntOrString value) {
        return value != null && value.getIntVal() == null && value.getStrVal() != null;
    }

    /** @param scale sum of the replicas of all controllers of the Pods, if {@link #needsScale} */
    static BudgetPlan of(PodDisruptionBudget budget, List<Pod> pods, int scale, Instant now) {
        PodDisruptionBudgetSpec spec = budget.getSpec();
        int expected;
        int desired;
        if (spec.getMaxUnavailable() != null) {
            expected = scale;
            desired = Math.max(0, expected - IntOrPercent.of(spec.getMaxUnavailable(), expected, true, 0));
        } else if (isPercent(spec.getMinAvailable())) {
            expected = scale;
            desired = IntOrPercent.of(spec.getMinAvailable(), expected, true, 0);
        } else {
            expected = pods.size();
            desired = IntOrPercent.of(spec.getMinAvailable(), expected, true, 0);
        }
        Map<String, String> disrupted = new LinkedHashMap<>();
        List<Pod> overdue = new ArrayList<>();
        Optional<Instant> next = stillDisrupted(budget, pods, now, disrupted, overdue);
        int healthy = (int) pods.stream()
                .filter(pod -> !Nulls.isDeleting(pod) && !disrupted.containsKey(Nulls.name(pod)) && Pods.isReady(pod))
                .count();
        int allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
        PodDisruptionBudgetStatus before = statusOf(budget);
        PodDisruptionBudgetStatus status = new PodDisruptionBudgetStatusBuilder()
                .withCurrentHealthy(healthy)
                .withDesiredHealthy(desired)
                .withExpectedPods(expected)
                .withDisruptionsAllowed(allowed)
                .withDisruptedPods(disrupted)
                .withObservedGeneration(Nulls.generation(budget))
                .withConditions(conditions(
                        before,
                        allowed > 0 ? "True" : "False",
                        allowed > 0 ? "SufficientPods" : "InsufficientPods",
                        "",
                        Nulls.generation(budget),
                        now))
                .build();
        return new BudgetPlan(
                status, next.map(time -> Duration.between(now, time).plusMillis(1)), overdue);
    }

    /** When nothing can be said, nothing is allowed; the observed generation stays, since nothing was observed. */
    static PodDisruptionBudgetStatus failed(PodDisruptionBudget budget, String message, Instant now) {
        PodDisruptionBudgetStatus before = statusOf(budget);
        long observed = Nulls.or(before.getObservedGeneration(), 0L);
        return before.toBuilder()
                .withCurrentHealthy(Nulls.or(before.getCurrentHealthy(), 0))
                .withDesiredHealthy(Nulls.or(before.getDesiredHealthy(), 0))
                .withExpectedPods(Nulls.or(before.getExpectedPods(), 0))
                .withDisruptionsAllowed(0)
                .withConditions(conditions(before, "False", "SyncFailed", message, observed, now))
                .build();
    }

    static PodDisruptionBudgetStatus statusOf(PodDisruptionBudget budget) {
        return budget.getStatus() == null ? new PodDisruptionBudgetStatus() : budget.getStatus();
    }

    private static Optional<Instant> stillDisrupted(
            PodDisruptionBudget budget, List<Pod> pods, Instant now, Map<String, String> disrupted, List<Pod> overdue) {
        Map<String, String> granted = Nulls.map(statusOf(budget).getDisruptedPods());
        Optional<Instant> next = Optional.empty();
        for (Pod pod : pods) {
            String since = granted.get(Nulls.name(pod));
            if (since == null || Nulls.isDeleting(pod)) {
                continue;
            }
            Instant end = Times.parse(since).plus(EVICTION_TIMEOUT);
            if (end.isAfter(now)) {
                disrupted.put(Nulls.name(pod), since);
                next = next.isEmpty() || end.isBefore(next.get()) ? Optional.of(end) : next;
            } else {
                overdue.add(pod);
            }
        }
        return next;
    }

    private static List<Condition> conditions(
            PodDisruptionBudgetStatus before,
            String status,
            String reason,
            String message,
            long generation,
            Instant now) {
        List<Condition> conditions = new ArrayList<>();
        String since = Times.text(now);
        for (Condition condition : Nulls.list(before.getConditions())) {
            if (!ALLOWED.equals(condition.getType())) {
                conditions.add(condition);
            } else if (status.equals(condition.getStatus())) {
                since = condition.getLastTransitionTime();
            }
        }
        conditions.add(new ConditionBuilder()
                .withType(ALLOWED)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .withObservedGeneration(generation)
                .build());
        return conditions;
    }
}
