package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.k8j.controllers.podautoscaler.ScaleHistory.Recommendation;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntBinaryOperator;

/**
 * Holds a recommended number of replicas within the stabilization windows, the rates and the limits. Reads the history and
 * adds the recommendation to it; otherwise pure.
 */
final class Normalization {
    private static final double UP_FACTOR = 2;
    private static final double UP_MINIMUM = 4;
    private static final int PERCENT = 100;

    private static final Reason READY = new Reason("ReadyForNewScale", "recommended size matches current size");
    private static final Reason DOWN_STABILIZED = new Reason(
            "ScaleDownStabilized",
            "recent recommendations were higher than current one, applying the highest recent recommendation");
    private static final Reason UP_STABILIZED = new Reason(
            "ScaleUpStabilized",
            "recent recommendations were lower than current one, applying the lowest recent recommendation");
    private static final Reason WITHIN =
            new Reason("DesiredWithinRange", "the desired count is within the acceptable range");
    private static final Reason TOO_FAST_UP =
            new Reason("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
    private static final Reason TOO_FAST_DOWN =
            new Reason("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
    private static final Reason TOO_MANY =
            new Reason("TooManyReplicas", "the desired replica count is more than the maximum replica count");
    private static final Reason TOO_FEW =
            new Reason("TooFewReplicas", "the desired replica count is less than the minimum replica count");

    /** Reason and message of a condition. */
    record Reason(String word, String message) {}

    /**
     * What comes out.
     *
     * @param able why the target may be scaled now, for the condition AbleToScale
     * @param limited whether limits changed the number, for the condition ScalingLimited
     * @param limit why
     */
    record Result(int replicas, Reason able, boolean limited, Reason limit) {}

    /**
     * What the number is held within.
     *
     * @param up rules of the behaviour; null, like {@code down}, if there is none
     * @param downWindow how long higher recommendations count where the behaviour does not say it
     */
    record Limits(int min, int max, HPAScalingRules up, HPAScalingRules down, Duration downWindow) {}

    private final Limits limits;
    private final ScaleHistory history;
    private final Instant now;

    private Normalization(Limits limits, ScaleHistory history, Instant now) {
        this.limits = limits;
        this.history = history;
        this.now = now;
    }

    private record Bounded(int replicas, Reason reason) {}

    static Result of(int current, int desired, Limits limits, ScaleHistory history, Instant now) {
        Normalization normalization = new Normalization(limits, history, now);
        boolean behaves = limits.up != null && limits.down != null;
        return behaves ? normalization.withBehavior(current, desired) : normalization.plain(current, desired);
    }

    private Result plain(int current, int desired) {
        Instant cutoff = now.minus(limits.downWindow);
        int stable = desired;
        for (Recommendation each : history.recommendations()) {
            if (!each.at().isBefore(cutoff)) stable = Math.max(stable, each.replicas());
        }
        history.recommend(desired, now, cutoff);
        Reason able = stable == desired ? READY : DOWN_STABILIZED;
        Bounded bounded = plainBounds(current, stable);
        return new Result(bounded.replicas, able, bounded.replicas != stable, bounded.reason);
    }

    /** Without a behaviour the number may double, or grow to four. */
    private Bounded plainBounds(int current, int desired) {
        int upLimit = (int) Math.min(Integer.MAX_VALUE, Math.max(UP_FACTOR * current, UP_MINIMUM));
        boolean rate = limits.max > upLimit;
        int most = rate ? upLimit : limits.max;
        if (desired < limits.min) return new Bounded(limits.min, TOO_FEW);
        if (desired > most) return new Bounded(most, rate ? TOO_FAST_UP : TOO_MANY);
        return new Bounded(desired, WITHIN);
    }

    private Result withBehavior(int current, int desired) {
        int stable = stabilized(current, desired);
        Reason able = READY;
        if (stable != desired) able = desired >= current ? UP_STABILIZED : DOWN_STABILIZED;
        Bounded bounded = behaviorBounds(current, stable);
        return new Result(bounded.replicas, able, bounded.replicas != stable, bounded.reason);
    }

    /** Brings the present number between the lowest and the highest recommendation of the two windows. */
    private int stabilized(int current, int desired) {
        Instant upCutoff = now.minusSeconds(Nulls.or(limits.up.getStabilizationWindowSeconds(), 0));
        Instant downCutoff = now.minusSeconds(
                Nulls.or(limits.down.getStabilizationWindowSeconds(), (int) limits.downWindow.toSeconds()));
        int least = desired;
        int most = desired;
        for (Recommendation each : history.recommendations()) {
            if (each.at().isAfter(upCutoff)) least = Math.min(least, each.replicas());
            if (each.at().isAfter(downCutoff)) most = Math.max(most, each.replicas());
        }
        history.recommend(desired, now, upCutoff.isBefore(downCutoff) ? upCutoff : downCutoff);
        return Math.min(Math.max(current, least), most);
    }

    private Bounded behaviorBounds(int current, int desired) {
        if (desired > current) {
            int rate = Math.max(current, upLimit(current));
            int most = Math.min(limits.max, rate);
            if (desired > most) return new Bounded(most, limits.max > rate ? TOO_FAST_UP : TOO_MANY);
        } else if (desired < current) {
            int rate = Math.min(current, downLimit(current));
            int least = Math.max(limits.min, rate);
            if (desired < least) return new Bounded(least, limits.min < rate ? TOO_FAST_DOWN : TOO_FEW);
        }
        return new Bounded(desired, WITHIN);
    }

    private int upLimit(int current) {
        return limit(current, limits.up, Math::min, Math::max, Integer.MAX_VALUE, Integer.MIN_VALUE, policy -> {
            int start = periodStart(current, policy);
            return "Pods".equals(policy.getType())
                    ? start + policy.getValue()
                    // Rounded up, because a target might else never grow.
                    : (int) Math.ceil(start * (1 + (double) policy.getValue() / PERCENT));
        });
    }

    private int downLimit(int current) {
        return limit(current, limits.down, Math::max, Math::min, Integer.MIN_VALUE, Integer.MAX_VALUE, policy -> {
            int start = periodStart(current, policy);
            return "Pods".equals(policy.getType())
                    ? start - policy.getValue()
                    : (int) (start * (1 - (double) policy.getValue() / PERCENT));
        });
    }

    private interface Proposal {
        int of(HPAScalingPolicy policy);
    }

    /**
     * What all policies together allow.
     *
     * @param least picks the smallest change, which {@code selectPolicy: Min} wants
     * @param most picks the largest
     */
    private static int limit(
            int current,
            HPAScalingRules rules,
            IntBinaryOperator least,
            IntBinaryOperator most,
            int leastBegin,
            int mostBegin,
            Proposal proposal) {
        if ("Disabled".equals(rules.getSelectPolicy())) return current;
        boolean min = "Min".equals(rules.getSelectPolicy());
        int result = min ? leastBegin : mostBegin;
        for (HPAScalingPolicy policy : Nulls.list(rules.getPolicies())) {
            result = (min ? least : most).applyAsInt(result, proposal.of(policy));
        }
        return result;
    }

    /** How many there were when the policy's period began. */
    private int periodStart(int current, HPAScalingPolicy policy) {
        int period = policy.getPeriodSeconds();
        return current - history.added(period, now) + history.removed(period, now);
    }
}
