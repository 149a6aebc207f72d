package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What to do for a Job.
 *
 * @param creations new Pods
 * @param deletions Pods that must stop; they count as failed
 * @param discards Pods that must stop and do not count
 * @param status to be written before {@code release}
 * @param release Pods whose finalizer may go once the status is written
 * @param events reason and message
 * @param recheck when to look again although nothing has changed
 */
record JobPlan(
        List<Pod> creations,
        List<Pod> deletions,
        List<Pod> discards,
        JobStatus status,
        List<Pod> release,
        List<Event> events,
        Optional<Duration> recheck) {
    record Event(String type, String reason, String message) {}

    private static final int BURST = 500;
    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(10);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(10);

    /**
     * Thinks; no I/O.
     *
     * @param pods the Job's Pods
     * @param released uids of Pods whose finalizer is gone although the copy may still show it
     */
    static JobPlan of(Job job, List<Pod> pods, Set<String> released, Instant now) {
        return new Thinking(job, pods, released, now).plan();
    }

    static boolean isFinished(Job job) {
        return job.getStatus() != null
                && Nulls.list(job.getStatus().getConditions()).stream()
                        .anyMatch(c -> ("Complete".equals(c.getType()) || "Failed".equals(c.getType()))
                                && "True".equals(c.getStatus()));
    }

    private record End(boolean success, String reason, String message) {}

    private static final class Thinking {
        final Job job;
        final JobSpec spec;
        final Instant now;
        final boolean indexed;
        final int completions;
        final List<Pod> active = new ArrayList<>();
        final List<Pod> terminating = new ArrayList<>();
        final List<Pod> succeededNow = new ArrayList<>();
        final List<Pod> failedNow = new ArrayList<>();
        final List<Pod> ignoredNow = new ArrayList<>();
        final List<Pod> release = new ArrayList<>();
        final Set<String> uncountedSucceeded;
        final Set<String> uncountedFailed;
        final SortedSet<Integer> completed;
        final SortedSet<Integer> failedIndexes;
        final Map<Integer, Integer> indexFailures = new HashMap<>();
        final List<JobCondition> conditions;
        final List<Event> events = new ArrayList<>();
        final List<Pod> creations = new ArrayList<>();
        final List<Pod> deletions = new ArrayList<>();
        final List<Pod> discards = new ArrayList<>();
        int succeeded;
        int failed;
        Instant lastFailure = Instant.EPOCH;
        Optional<End> policyEnd = Optional.empty();
        Optional<Duration> recheck = Optional.empty();

        Thinking(Job job, List<Pod> pods, Set<String> released, Instant now) {
            this.job = job;
            this.spec = job.getSpec();
            this.now = now;
            this.indexed = JobPods.isIndexed(job);
            this.completions = Nulls.or(spec.getCompletions(), 0);
            JobStatus status = job.getStatus() == null ? new JobStatus() : job.getStatus();
            UncountedTerminatedPods uncounted = status.getUncountedTerminatedPods();
            this.uncountedSucceeded =
                    new HashSet<>(uncounted == null ? List.of() : Nulls.list(uncounted.getSucceeded()));
            this.uncountedFailed = new HashSet<>(uncounted == null ? List.of() : Nulls.list(uncounted.getFailed()));
            this.completed = Indexes.parse(status.getCompletedIndexes(), completions);
            this.failedIndexes = Indexes.parse(status.getFailedIndexes(), completions);
            this.conditions = new ArrayList<>(Nulls.list(status.getConditions()));
            this.succeeded = Nulls.or(status.getSucceeded(), 0);
            this.failed = Nulls.or(status.getFailed(), 0);
            settleUncounted(pods, released);
            pods.forEach(pod -> sort(pod, released));
            count();
        }

        /** Pods that were noted and have lost their finalizer become numbers. */
        private void settleUncounted(List<Pod> pods, Set<String> released) {
            Set<String> held = new HashSet<>();
            pods.stream()
                    .filter(pod -> JobPods.isTracked(pod) && !released.contains(Nulls.uid(pod)))
                    .forEach(pod -> held.add(Nulls.uid(pod)));
            int before = uncountedSucceeded.size();
            uncountedSucceeded.retainAll(held);
            succeeded += before - uncountedSucceeded.size();
            before = uncountedFailed.size();
            uncountedFailed.retainAll(held);
            failed += before - uncountedFailed.size();
        }

        private void sort(Pod pod, Set<String> released) {
            String uid = Nulls.uid(pod);
            boolean tracked = JobPods.isTracked(pod) && !released.contains(uid);
            boolean noted = uncountedSucceeded.contains(uid) || uncountedFailed.contains(uid);
            if (Pods.phase(pod).equals("Succeeded")) {
                if (noted) {
                    release.add(pod);
                } else if (tracked) {
                    succeededNow.add(pod);
                }
                return;
            }
            boolean countsWhileEnding = Nulls.isDeleting(pod)
                    && !FailurePolicy.isSet(job)
                    && !"Failed".equals(spec.getPodReplacementPolicy());
            if (Pods.phase(pod).equals("Failed") || countsWhileEnding) {
                noteFailure(pod, tracked, noted);
            }
            if (!Pods.isFinished(pod)) {
                (Nulls.isDeleting(pod) ? terminating : active).add(pod);
            }
        }

        private void noteFailure(Pod pod, boolean tracked, boolean noted) {
            FailurePolicy.Verdict verdict = FailurePolicy.judge(job, pod);
            if (verdict.action().equals("FailJob") && policyEnd.isEmpty()) {
                policyEnd = Optional.of(new End(false, "PodFailurePolicy", verdict.message()));
            }
            boolean ignored = verdict.action().equals("Ignore");
            if (!ignored) {
                Instant ended = JobPods.ended(pod);
                lastFailure = ended.isAfter(lastFailure) ? ended : lastFailure;
            }
            int index = JobPods.index(pod);
            if (indexed && index >= 0 && spec.getBackoffLimitPerIndex() != null) {
                int failures = JobPods.indexFailures(pod) + (ignored ? 0 : 1);
                indexFailures.merge(index, failures, Math::max);
                if (failures > spec.getBackoffLimitPerIndex()
                        || verdict.action().equals("FailIndex")) {
                    failedIndexes.add(index);
                }
            }
            if (noted) {
                release.add(pod);
            } else if (tracked) {
                (ignored ? ignoredNow : failedNow).add(pod);
            }
        }

        private void count() {
            for (Pod pod : succeededNow) {
                if (!indexed) {
                    uncountedSucceeded.add(Nulls.uid(pod));
                } else if (JobPods.index(pod) >= 0 && JobPods.index(pod) < completions) {
                    completed.add(JobPods.index(pod));
                }
                release.add(pod);
            }
            for (Pod pod : failedNow) {
                uncountedFailed.add(Nulls.uid(pod));
                release.add(pod);
            }
            release.addAll(ignoredNow);
            failedIndexes.removeAll(completed);
            if (indexed) {
                succeeded = completed.size();
            }
        }

        private int allSucceeded() {
            return succeeded + uncountedSucceeded.size();
        }

        private int allFailed() {
            return failed + uncountedFailed.size();
        }

        JobPlan plan() {
            Optional<End> end = pendingEnd().or(this::end);
            boolean suspended = Nulls.isTrue(spec.getSuspend());
            if (end.isPresent()) {
                deletions.addAll(active);
                finish(end.get());
            } else {
                manage(suspended);
                suspendCondition(suspended);
            }
            return new JobPlan(creations, deletions, discards, status(suspended), release, events, recheck);
        }

        /** An end that was decided earlier and waits for the last Pods. */
        private Optional<End> pendingEnd() {
            return conditions.stream()
                    .filter(c -> "True".equals(c.getStatus())
                            && ("FailureTarget".equals(c.getType()) || "SuccessCriteriaMet".equals(c.getType())))
                    .findFirst()
                    .map(c -> new End("SuccessCriteriaMet".equals(c.getType()), c.getReason(), c.getMessage()));
        }

        private Optional<End> end() {
            if (policyEnd.isPresent()) {
                return policyEnd;
            }
            if (indexed && spec.getSuccessPolicy() != null) {
                List<SuccessPolicyRule> rules =
                        Nulls.list(spec.getSuccessPolicy().getRules());
                for (int i = 0; i < rules.size(); i++) {
                    if (isMet(rules.get(i))) {
                        return Optional.of(new End(true, "SuccessPolicy", "Matched rules at index " + i));
                    }
                }
            }
            int limit =
                    Nulls.or(spec.getBackoffLimit(), spec.getBackoffLimitPerIndex() == null ? 6 : Integer.MAX_VALUE);
            if (allFailed() > limit || restarts() > limit) {
                return Optional.of(
                        new End(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit"));
            }
            Optional<Duration> deadline = deadline();
            if (deadline.filter(Duration::isNegative).isPresent()
                    || deadline.filter(Duration::isZero).isPresent()) {
                return Optional.of(new End(false, "DeadlineExceeded", "Job was active longer than specified deadline"));
            }
            deadline.ifPresent(this::lookAgain);
            if (spec.getMaxFailedIndexes() != null && failedIndexes.size() > spec.getMaxFailedIndexes()) {
                return Optional.of(new End(
                        false,
                        "MaxFailedIndexesExceeded",
                        "Job has exceeded the specified maximal number of failed indexes"));
            }
            return reached();
        }

        private Optional<End> reached() {
            if (indexed
                    && completed.size() + failedIndexes.size() >= completions
                    && active.isEmpty()
                    && !failedIndexes.isEmpty()) {
                return Optional.of(new End(false, "FailedIndexes", "Job has failed indexes"));
            }
            boolean complete = spec.getCompletions() == null
                    ? allSucceeded() > 0 && active.isEmpty() && terminating.isEmpty()
                    : allSucceeded() >= completions;
            return complete
                    ? Optional.of(new End(true, "CompletionsReached", "Reached expected number of succeeded pods"))
                    : Optional.empty();
        }

        private boolean isMet(SuccessPolicyRule rule) {
            SortedSet<Integer> counted = completed;
            if (!Nulls.isEmpty(rule.getSucceededIndexes())) {
                SortedSet<Integer> wanted = Indexes.parse(rule.getSucceededIndexes(), completions);
                counted = new TreeSet<>(completed);
                counted.retainAll(wanted);
                if (rule.getSucceededCount() == null) {
                    return counted.size() == wanted.size();
                }
            }
            return rule.getSucceededCount() != null && counted.size() >= rule.getSucceededCount();
        }

        /** With restartPolicy OnFailure the kubelet repeats, and its restarts count. */
        private int restarts() {
            if (!"OnFailure".equals(spec.getTemplate().getSpec().getRestartPolicy())) {
                return 0;
            }
            return active.stream()
                    .flatMap(pod -> Pods.containerStatuses(pod).stream())
                    .mapToInt(status -> Nulls.or(status.getRestartCount(), 0))
                    .sum();
        }

        private Optional<Duration> deadline() {
            if (spec.getActiveDeadlineSeconds() == null
                    || job.getStatus() == null
                    || Nulls.isEmpty(job.getStatus().getStartTime())
                    || Nulls.isTrue(spec.getSuspend())) {
                return Optional.empty();
            }
            return Optional.of(Duration.between(
                    now, Times.parse(job.getStatus().getStartTime()).plusSeconds(spec.getActiveDeadlineSeconds())));
        }

        private void lookAgain(Duration after) {
            recheck = recheck.isEmpty() || after.compareTo(recheck.get()) < 0 ? Optional.of(after) : recheck;
        }

        /** The final condition comes only when all Pods have ended and are counted. */
        private void finish(End end) {
            String interim = end.success ? "SuccessCriteriaMet" : "FailureTarget";
            if (conditions.stream().noneMatch(c -> interim.equals(c.getType()) && "True".equals(c.getStatus()))) {
                add(interim, end);
            }
            boolean quiet = active.isEmpty()
                    && terminating.isEmpty()
                    && uncountedFailed.isEmpty()
                    && uncountedSucceeded.isEmpty();
            if (quiet) {
                add(end.success ? "Complete" : "Failed", end);
                events.add(
                        end.success
                                ? new Event("Normal", "Completed", "Job completed")
                                : new Event("Warning", end.reason, end.message));
            }
        }

        private void add(String type, End end) {
            conditions.removeIf(c -> type.equals(c.getType()));
            conditions.add(new JobCondition(Times.text(now), Times.text(now), end.message, end.reason, "True", type));
        }

        private void manage(boolean suspended) {
            if (suspended) {
                discards.addAll(active);
                return;
            }
            int parallelism = Nulls.or(spec.getParallelism(), 1);
            int wanted = spec.getCompletions() == null
                    ? (allSucceeded() > 0 ? active.size() : parallelism)
                    : Math.min(completions - allSucceeded() - failedIndexes.size(), parallelism);
            wanted = Math.max(0, wanted);
            if (active.size() > wanted) {
                active.stream()
                        .sorted(Comparator.comparing((Pod pod) -> Pods.isReady(pod))
                                .thenComparing(pod -> Times.created(pod), Comparator.reverseOrder()))
                        .limit(Math.min(BURST, active.size() - wanted))
                        .forEach(discards::add);
                return;
            }
            int missing = wanted - active.size();
            if ("Failed".equals(spec.getPodReplacementPolicy()) || FailurePolicy.isSet(job)) {
                missing -= terminating.size();
            }
            if (missing > 0 && !mustPause()) {
                create(Math.min(missing, BURST));
            }
        }

        /** After a failure, wait: 10 s, 20 s, 40 s … since the last one. */
        private boolean mustPause() {
            int failures = indexed && spec.getBackoffLimitPerIndex() != null
                    ? indexFailures.values().stream()
                            .mapToInt(Integer::intValue)
                            .max()
                            .orElse(0)
                    : allFailed();
            if (failures == 0 || lastFailure.equals(Instant.EPOCH)) {
                return false;
            }
            Duration pause = FIRST_BACK_OFF.multipliedBy(1L << Math.min(failures - 1, 10));
            pause = pause.compareTo(LONGEST_BACK_OFF) < 0 ? pause : LONGEST_BACK_OFF;
            Duration left = Duration.between(now, lastFailure.plus(pause));
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            lookAgain(left);
            return true;
        }

        private void create(int count) {
            if (!indexed) {
                for (int i = 0; i < count; i++) {
                    creations.add(JobPods.make(job, -1, 0));
                }
                return;
            }
            Set<Integer> busy = new HashSet<>(completed);
            busy.addAll(failedIndexes);
            active.forEach(pod -> busy.add(JobPods.index(pod)));
            for (int index = 0; index < completions && creations.size() < count; index++) {
                if (!busy.contains(index)) {
                    creations.add(JobPods.make(job, index, indexFailures.getOrDefault(index, 0)));
                }
            }
        }

        private void suspendCondition(boolean suspended) {
            Optional<JobCondition> before = conditions.stream()
                    .filter(c -> "Suspended".equals(c.getType()))
                    .findFirst();
            boolean was = before.filter(c -> "True".equals(c.getStatus())).isPresent();
            if (was == suspended) {
                return;
            }
            JobCondition condition = new JobCondition(
                    Times.text(now),
                    Times.text(now),
                    suspended ? "Job suspended" : "Job resumed",
                    suspended ? "JobSuspended" : "JobResumed",
                    suspended ? "True" : "False",
                    "Suspended");
            before.ifPresent(conditions::remove);
            conditions.add(condition);
            events.add(new Event(
                    "Normal", suspended ? "Suspended" : "Resumed", suspended ? "Job suspended" : "Job resumed"));
        }

        private JobStatus status(boolean suspended) {
            JobStatus before = job.getStatus() == null ? new JobStatus() : job.getStatus();
            boolean ended =
                    conditions.stream().anyMatch(c -> "Complete".equals(c.getType()) && "True".equals(c.getStatus()));
            String start = before.getStartTime();
            if (suspended && active.isEmpty()) {
                start = null; // it begins anew when it is resumed
            } else if (Nulls.isEmpty(start) && !suspended) {
                start = Times.text(now);
                if (spec.getActiveDeadlineSeconds() != null) {
                    lookAgain(Duration.ofSeconds(spec.getActiveDeadlineSeconds()));
                }
            }
            int ready = (int) active.stream().filter(Pods::isReady).count();
            return new JobStatusBuilder()
                    .withConditions(conditions)
                    .withStartTime(start)
                    .withCompletionTime(
                            ended ? Nulls.or(before.getCompletionTime(), Times.text(now)) : before.getCompletionTime())
                    .withActive(orNull(active.size()))
                    .withReady(ready)
                    .withTerminating(terminating.size())
                    .withSucceeded(orNull(succeeded))
                    .withFailed(orNull(failed))
                    .withCompletedIndexes(indexed && !completed.isEmpty() ? Indexes.text(completed) : null)
                    .withFailedIndexes(
                            indexed && spec.getBackoffLimitPerIndex() != null ? Indexes.text(failedIndexes) : null)
                    .withUncountedTerminatedPods(new UncountedTerminatedPods(
                            uncountedFailed.stream().sorted().toList(),
                            uncountedSucceeded.stream().sorted().toList()))
                    .build();
        }

        /** Zero is left out on the wire. */
        private static Integer orNull(int value) {
            return value == 0 ? null : value;
        }
    }
}
