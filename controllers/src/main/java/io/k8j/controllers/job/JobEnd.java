package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicyRule;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Why a Job ends, in the words of its conditions. */
record JobEnd(boolean success, String reason, String message) {
    /** The condition that says that the end is decided while the last Pods still go. */
    String interim() {
        return success ? "SuccessCriteriaMet" : "FailureTarget";
    }

    /** The condition that says that all is over. */
    String last() {
        return success ? "Complete" : "Failed";
    }

    static boolean isFinished(Job job) {
        return job.getStatus() != null && isFinished(job.getStatus());
    }

    static boolean isFinished(JobStatus status) {
        return Nulls.list(status.getConditions()).stream().anyMatch(c -> isTrue(c, "Complete") || isTrue(c, "Failed"));
    }

    /** Whether it ends now, or was to end already. The order is upstream's: the first that applies gives its reason. */
    static Optional<JobEnd> of(JobTally tally, Instant now) {
        return decided(tally.job)
                .or(tally::policyEnd)
                .or(() -> bySuccessPolicy(tally))
                .or(() -> tooManyFailures(tally))
                .or(() -> tooLate(tally.job, now))
                .or(() -> tooManyIndexes(tally))
                .or(() -> indexesFailed(tally))
                .or(() -> complete(tally));
    }

    /** Time that is left to a Job that has a deadline and runs; zero or less if it is over. */
    static Optional<Duration> deadline(Job job, Instant now) {
        JobSpec spec = job.getSpec();
        if (spec.getActiveDeadlineSeconds() == null
                || job.getStatus() == null
                || Nulls.isEmpty(job.getStatus().getStartTime())
                || Nulls.isTrue(spec.getSuspend())) {
            return Optional.empty();
        }
        return Optional.of(Duration.between(
                now, Times.parse(job.getStatus().getStartTime()).plusSeconds(spec.getActiveDeadlineSeconds())));
    }

    private static boolean isTrue(JobCondition condition, String type) {
        return type.equals(condition.getType()) && "True".equals(condition.getStatus());
    }

    private static Optional<JobEnd> decided(Job job) {
        if (job.getStatus() == null) return Optional.empty();
        return Nulls.list(job.getStatus().getConditions()).stream()
                .filter(c -> isTrue(c, "FailureTarget") || isTrue(c, "SuccessCriteriaMet"))
                .findFirst()
                .map(c -> new JobEnd("SuccessCriteriaMet".equals(c.getType()), c.getReason(), c.getMessage()));
    }

    private static Optional<JobEnd> bySuccessPolicy(JobTally tally) {
        JobSpec spec = tally.job.getSpec();
        if (!tally.indexed || spec.getSuccessPolicy() == null) return Optional.empty();
        List<SuccessPolicyRule> rules = Nulls.list(spec.getSuccessPolicy().getRules());
        for (int i = 0; i < rules.size(); i++) {
            if (isMet(rules.get(i), tally)) {
                return Optional.of(new JobEnd(true, "SuccessPolicy", "Matched rules at index " + i));
            }
        }
        return Optional.empty();
    }

    private static boolean isMet(SuccessPolicyRule rule, JobTally tally) {
        SortedSet<Integer> counted = tally.completed;
        if (!Nulls.isEmpty(rule.getSucceededIndexes())) {
            SortedSet<Integer> wanted = Indexes.parse(rule.getSucceededIndexes(), tally.completions);
            counted = new TreeSet<>(tally.completed);
            counted.retainAll(wanted);
            if (rule.getSucceededCount() == null) {
                return counted.size() == wanted.size();
            }
        }
        return rule.getSucceededCount() != null && counted.size() >= rule.getSucceededCount();
    }

    private static Optional<JobEnd> tooManyFailures(JobTally tally) {
        JobSpec spec = tally.job.getSpec();
        int limit = Nulls.or(spec.getBackoffLimit(), spec.getBackoffLimitPerIndex() == null ? 6 : Integer.MAX_VALUE);
        return when(
                tally.allFailed() > limit || restarts(tally) > limit,
                new JobEnd(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit"));
    }

    /** With restartPolicy OnFailure the kubelet repeats, and its restarts count. */
    private static int restarts(JobTally tally) {
        if (!"OnFailure".equals(tally.job.getSpec().getTemplate().getSpec().getRestartPolicy())) {
            return 0;
        }
        return tally.active.stream()
                .flatMap(pod -> Pods.containerStatuses(pod).stream())
                .mapToInt(status -> Nulls.or(status.getRestartCount(), 0))
                .sum();
    }

    private static Optional<JobEnd> tooLate(Job job, Instant now) {
        return when(
                deadline(job, now).filter(left -> !left.isPositive()).isPresent(),
                new JobEnd(false, "DeadlineExceeded", "Job was active longer than specified deadline"));
    }

    private static Optional<JobEnd> tooManyIndexes(JobTally tally) {
        Integer limit = tally.job.getSpec().getMaxFailedIndexes();
        return when(
                limit != null && tally.failedIndexes.size() > limit,
                new JobEnd(
                        false,
                        "MaxFailedIndexesExceeded",
                        "Job has exceeded the specified maximal number of failed indexes"));
    }

    private static Optional<JobEnd> indexesFailed(JobTally tally) {
        return when(
                tally.indexed
                        && !tally.failedIndexes.isEmpty()
                        && tally.active.isEmpty()
                        && tally.completed.size() + tally.failedIndexes.size() >= tally.completions,
                new JobEnd(false, "FailedIndexes", "Job has failed indexes"));
    }

    private static Optional<JobEnd> complete(JobTally tally) {
        boolean reached = tally.job.getSpec().getCompletions() == null
                ? tally.allSucceeded() > 0 && tally.active.isEmpty() && tally.terminating.isEmpty()
                : tally.allSucceeded() >= tally.completions;
        return when(reached, new JobEnd(true, "CompletionsReached", "Reached expected number of succeeded pods"));
    }

    private static Optional<JobEnd> when(boolean applies, JobEnd end) {
        return applies ? Optional.of(end) : Optional.empty();
    }
}
