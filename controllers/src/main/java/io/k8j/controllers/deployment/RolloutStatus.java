package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts and conditions of a Deployment. */
final class RolloutStatus {
    private static final String PROGRESSING = "Progressing";
    private static final String AVAILABLE = "Available";
    private static final String REPLICA_FAILURE = "ReplicaFailure";
    private static final String COMPLETE = "NewReplicaSetAvailable";
    private static final String TIMED_OUT = "ProgressDeadlineExceeded";
    private static final String PAUSED = "DeploymentPaused";

    private RolloutStatus() {}

    static DeploymentStatus of(Deployment deployment) {
        return deployment.getStatus() == null ? new DeploymentStatus() : deployment.getStatus();
    }

    static Optional<DeploymentCondition> find(DeploymentStatus status, String type) {
        return Nulls.list(status.getConditions()).stream()
                .filter(c -> type.equals(c.getType()))
                .findFirst();
    }

    static boolean hasDeadline(Deployment deployment) {
        Integer seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return seconds != null && seconds != Integer.MAX_VALUE;
    }

    /** Sets a condition; one of the same status and reason stays as it is. */
    static DeploymentStatus set(
            DeploymentStatus status, String type, String value, String reason, String message, Instant now) {
        Optional<DeploymentCondition> before = find(status, type);
        if (before.isPresent()
                && before.get().getStatus().equals(value)
                && reason.equals(before.get().getReason())) {
            return status;
        }
        boolean same = before.isPresent() && before.get().getStatus().equals(value);
        String transition = same ? before.get().getLastTransitionTime() : Times.text(now);
        return put(status, new DeploymentCondition(transition, Times.text(now), message, reason, value, type));
    }

    private static DeploymentStatus put(DeploymentStatus status, DeploymentCondition condition) {
        List<DeploymentCondition> conditions = others(status, condition.getType());
        conditions.add(condition);
        return status.toBuilder().withConditions(conditions).build();
    }

    private static DeploymentStatus without(DeploymentStatus status, String type) {
        return status.toBuilder().withConditions(others(status, type)).build();
    }

    private static List<DeploymentCondition> others(DeploymentStatus status, String type) {
        List<DeploymentCondition> others = new ArrayList<>(Nulls.list(status.getConditions()));
        others.removeIf(c -> type.equals(c.getType()));
        return others;
    }

    /** Says that a rollout rests or goes on; a deadline that has passed already stays reported. */
    static DeploymentStatus pausedOrResumed(Deployment deployment, Instant now) {
        DeploymentStatus status = of(deployment);
        if (!hasDeadline(deployment)) {
            return status;
        }
        String reason =
                find(status, PROGRESSING).map(DeploymentCondition::getReason).orElse("");
        boolean paused = Nulls.isTrue(deployment.getSpec().getPaused());
        if (reason.equals(TIMED_OUT) || paused == reason.equals(PAUSED)) {
            return status;
        }
        return paused
                ? set(status, PROGRESSING, "Unknown", PAUSED, "Deployment is paused", now)
                : set(status, PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed", now);
    }

    /** Counts and the conditions Available and ReplicaFailure, for Deployments whose progress is not watched. */
    static DeploymentStatus counted(
            Deployment deployment,
            DeploymentStatus before,
            List<ReplicaSet> all,
            Optional<ReplicaSet> newSet,
            Instant now) {
        int replicas = all.stream().mapToInt(RolloutMath::statusReplicas).sum();
        int available = all.stream().mapToInt(RolloutMath::available).sum();
        int wanted = RolloutMath.wanted(all);
        DeploymentStatus status = new DeploymentStatusBuilder()
                .withObservedGeneration(Nulls.generation(deployment))
                .withReplicas(orNull(replicas))
                .withUpdatedReplicas(
                        orNull(newSet.map(RolloutMath::statusReplicas).orElse(0)))
                .withReadyReplicas(
                        orNull(all.stream().mapToInt(RolloutMath::ready).sum()))
                .withAvailableReplicas(orNull(available))
                .withUnavailableReplicas(orNull(Math.max(0, wanted - available)))
                .withTerminatingReplicas(
                        all.stream().mapToInt(RolloutMath::terminating).sum())
                .withCollisionCount(before.getCollisionCount())
                .withConditions(Nulls.list(before.getConditions()))
                .build();
        boolean enough = available >= RolloutMath.replicas(deployment) - RolloutMath.maxUnavailable(deployment);
        return enough
                ? set(
                        status,
                        AVAILABLE,
                        "True",
                        "MinimumReplicasAvailable",
                        "Deployment has minimum availability.",
                        now)
                : set(
                        status,
                        AVAILABLE,
                        "False",
                        "MinimumReplicasUnavailable",
                        "Deployment does not have minimum availability.",
                        now);
    }

    /** As {@link #counted}, and says how the rollout gets on. */
    static DeploymentStatus progressed(
            Deployment deployment,
            DeploymentStatus before,
            List<ReplicaSet> all,
            Optional<ReplicaSet> newSet,
            Instant now) {
        DeploymentStatus status = counted(deployment, before, all, newSet, now);
        if (!hasDeadline(deployment)) {
            status = without(status, PROGRESSING);
        }
        Optional<DeploymentCondition> current = find(before, PROGRESSING);
        boolean wasComplete = updated(status) == replicas(status)
                && current.filter(c -> COMPLETE.equals(c.getReason())).isPresent();
        if (hasDeadline(deployment) && !wasComplete) {
            status = judge(deployment, before, status, newSet, current, now);
        }
        return withFailure(status, all, newSet);
    }

    private static DeploymentStatus judge(
            Deployment deployment,
            DeploymentStatus before,
            DeploymentStatus status,
            Optional<ReplicaSet> newSet,
            Optional<DeploymentCondition> current,
            Instant now) {
        String what = newSet.map(set -> "ReplicaSet \"" + Nulls.name(set) + "\"")
                .orElse("Deployment \"" + Nulls.name(deployment) + "\"");
        if (isComplete(deployment, status)) {
            return set(status, PROGRESSING, "True", COMPLETE, what + " has successfully progressed.", now);
        }
        if (isProgress(before, status)) {
            // The update time must move with each progress, since the deadline counts from it.
            String transition = current.filter(c -> "True".equals(c.getStatus()))
                    .map(DeploymentCondition::getLastTransitionTime)
                    .orElse(Times.text(now));
            return put(
                    status,
                    new DeploymentCondition(
                            transition,
                            Times.text(now),
                            what + " is progressing.",
                            "ReplicaSetUpdated",
                            "True",
                            PROGRESSING));
        }
        if (isTimedOut(deployment, status, now)) {
            return set(status, PROGRESSING, "False", TIMED_OUT, what + " has timed out progressing.", now);
        }
        return status;
    }

    static boolean isComplete(Deployment deployment, DeploymentStatus status) {
        int wanted = RolloutMath.replicas(deployment);
        return updated(status) == wanted
                && replicas(status) == wanted
                && Nulls.or(status.getAvailableReplicas(), 0) == wanted
                && Nulls.or(status.getObservedGeneration(), 0L) >= Nulls.generation(deployment);
    }

    private static boolean isProgress(DeploymentStatus before, DeploymentStatus now) {
        return updated(now) > updated(before)
                || replicas(now) - updated(now) < replicas(before) - updated(before)
                || Nulls.or(now.getReadyReplicas(), 0) > Nulls.or(before.getReadyReplicas(), 0)
                || Nulls.or(now.getAvailableReplicas(), 0) > Nulls.or(before.getAvailableReplicas(), 0);
    }

    private static boolean isTimedOut(Deployment deployment, DeploymentStatus status, Instant now) {
        return deadline(deployment, status).filter(end -> end.isBefore(now)).isPresent()
                || find(status, PROGRESSING)
                        .filter(c -> TIMED_OUT.equals(c.getReason()))
                        .isPresent();
    }

    private static Optional<Instant> deadline(Deployment deployment, DeploymentStatus status) {
        return find(status, PROGRESSING)
                .filter(c -> !COMPLETE.equals(c.getReason()) && !TIMED_OUT.equals(c.getReason()))
                .map(c -> Times.parse(c.getLastUpdateTime())
                        .plusSeconds(deployment.getSpec().getProgressDeadlineSeconds()));
    }

    /** When to look again for a deadline that passes while nothing happens; empty if there is none. */
    static Optional<Duration> recheck(Deployment deployment, DeploymentStatus status, Instant now) {
        if (!hasDeadline(deployment)
                || Nulls.isTrue(deployment.getSpec().getPaused())
                || isComplete(deployment, status)) {
            return Optional.empty();
        }
        return deadline(deployment, status)
                .map(end -> Duration.between(now, end).plusSeconds(1))
                .map(wait -> wait.isNegative() ? Duration.ofSeconds(1) : wait);
    }

    private static DeploymentStatus withFailure(
            DeploymentStatus status, List<ReplicaSet> all, Optional<ReplicaSet> newSet) {
        Optional<DeploymentCondition> failure = newSet.flatMap(RolloutStatus::failureOf)
                .or(() -> all.stream()
                        .map(RolloutStatus::failureOf)
                        .flatMap(Optional::stream)
                        .findFirst());
        if (failure.isEmpty()) {
            return without(status, REPLICA_FAILURE);
        }
        Optional<DeploymentCondition> before = find(status, REPLICA_FAILURE);
        boolean same = before.isPresent()
                && before.get().getStatus().equals(failure.get().getStatus())
                && failure.get().getReason().equals(before.get().getReason());
        return same ? status : put(status, failure.get());
    }

    private static Optional<DeploymentCondition> failureOf(ReplicaSet set) {
        return set.getStatus() == null
                ? Optional.empty()
                : Nulls.list(set.getStatus().getConditions()).stream()
                        .filter(c -> REPLICA_FAILURE.equals(c.getType()))
                        .map(c -> new DeploymentCondition(
                                c.getLastTransitionTime(),
                                c.getLastTransitionTime(),
                                c.getMessage(),
                                c.getReason(),
                                c.getStatus(),
                                REPLICA_FAILURE))
                        .findFirst();
    }

    private static int updated(DeploymentStatus status) {
        return Nulls.or(status.getUpdatedReplicas(), 0);
    }

    private static int replicas(DeploymentStatus status) {
        return Nulls.or(status.getReplicas(), 0);
    }

    /** Zero is left out on the wire. */
    private static Integer orNull(int value) {
        return value == 0 ? null : value;
    }
}
