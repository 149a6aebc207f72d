package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
        return new Thinking(new JobTally(job, pods, released), now).plan();
    }

    private static final class Thinking {
        final JobTally tally;
        final Job job;
        final JobSpec spec;
        final Instant now;
        final boolean suspended;
        final List<JobCondition> conditions;
        final List<Event> events = new ArrayList<>();
        final List<Pod> creations = new ArrayList<>();
        final List<Pod> deletions = new ArrayList<>();
        final List<Pod> discards = new ArrayList<>();
        Optional<Duration> recheck = Optional.empty();

        Thinking(JobTally tally, Instant now) {
            this.tally = tally;
            this.job = tally.job;
            this.spec = job.getSpec();
            this.now = now;
            this.suspended = Nulls.isTrue(spec.getSuspend());
            this.conditions = new ArrayList<>(
                    job.getStatus() == null
                            ? List.of()
                            : Nulls.list(job.getStatus().getConditions()));
        }

        JobPlan plan() {
            Optional<JobEnd> end = JobEnd.of(tally, now);
            if (end.isPresent()) {
                deletions.addAll(tally.active);
                finish(end.get());
            } else {
                JobEnd.deadline(job, now).ifPresent(this::lookAgain);
                manage();
                suspendCondition();
            }
            return new JobPlan(creations, deletions, discards, status(), tally.release, events, recheck);
        }

        private void lookAgain(Duration after) {
            recheck = recheck.isEmpty() || after.compareTo(recheck.get()) < 0 ? Optional.of(after) : recheck;
        }

        /** The final condition comes only when all Pods have ended and are counted. */
        private void finish(JobEnd end) {
            if (conditions.stream().noneMatch(c -> end.interim().equals(c.getType()) && "True".equals(c.getStatus()))) {
                add(end.interim(), end);
            }
            if (tally.isQuiet()) {
                add(end.last(), end);
                events.add(
                        end.success()
                                ? new Event("Normal", "Completed", "Job completed")
                                : new Event("Warning", end.reason(), end.message()));
            }
        }

        private void add(String type, JobEnd end) {
            conditions.removeIf(c -> type.equals(c.getType()));
            conditions.add(
                    new JobCondition(Times.text(now), Times.text(now), end.message(), end.reason(), "True", type));
        }

        private void manage() {
            if (suspended) {
                discards.addAll(tally.active);
                return;
            }
            int wanted = wanted();
            int surplus = tally.active.size() - wanted;
            if (surplus > 0) {
                tally.active.stream()
                        .sorted(Comparator.comparing((Pod pod) -> Pods.isReady(pod))
                                .thenComparing(pod -> Times.created(pod), Comparator.reverseOrder()))
                        .limit(Math.min(BURST, surplus))
                        .forEach(discards::add);
                return;
            }
            int missing = -surplus;
            if ("Failed".equals(spec.getPodReplacementPolicy()) || FailurePolicy.isSet(job)) {
                missing -= tally.terminating.size();
            }
            if (missing > 0) {
                create(Math.min(missing, BURST));
            }
        }

        private int wanted() {
            int parallelism = Nulls.or(spec.getParallelism(), 1);
            if (spec.getCompletions() == null) {
                return tally.allSucceeded() > 0 ? tally.active.size() : parallelism;
            }
            int open = tally.completions - tally.allSucceeded() - tally.failedIndexes.size();
            return Math.clamp(open, 0, parallelism);
        }

        private void create(int count) {
            boolean eachIndexWaits = tally.indexed && spec.getBackoffLimitPerIndex() != null;
            Duration pause = eachIndexWaits ? Duration.ZERO : pauseAfter(tally.failures());
            if (pause.isPositive()) {
                lookAgain(pause);
            } else if (tally.indexed) {
                createIndexes(count);
            } else {
                for (int i = 0; i < count; i++) {
                    creations.add(JobPods.make(job, -1, 0));
                }
            }
        }

        /** An index that has just failed keeps its place but waits; the others need not wait for it. */
        private void createIndexes(int count) {
            Set<Integer> busy = new HashSet<>(tally.completed);
            busy.addAll(tally.failedIndexes);
            tally.active.forEach(pod -> busy.add(JobPods.index(pod)));
            int left = count;
            for (int index = 0; index < tally.completions && left > 0; index++) {
                if (busy.contains(index)) continue;
                left--;
                JobTally.Failures failures = tally.failures(index);
                Duration pause = pauseAfter(failures);
                if (pause.isPositive()) {
                    lookAgain(pause);
                } else {
                    creations.add(JobPods.make(job, index, failures.count()));
                }
            }
        }

        /** After a failure, wait: 10 s, 20 s, 40 s … since the last one. Zero or less: no more. */
        private Duration pauseAfter(JobTally.Failures failures) {
            if (failures.count() == 0 || failures.last().equals(Instant.EPOCH)) {
                return Duration.ZERO;
            }
            Duration pause = FIRST_BACK_OFF.multipliedBy(1L << Math.min(failures.count() - 1, 10));
            pause = pause.compareTo(LONGEST_BACK_OFF) < 0 ? pause : LONGEST_BACK_OFF;
            return Duration.between(now, failures.last().plus(pause));
        }

        private void suspendCondition() {
            Optional<JobCondition> before = conditions.stream()
                    .filter(c -> "Suspended".equals(c.getType()))
                    .findFirst();
            boolean was = before.filter(c -> "True".equals(c.getStatus())).isPresent();
            if (was == suspended) {
                return;
            }
            String did = suspended ? "Suspended" : "Resumed";
            String said = suspended ? "Job suspended" : "Job resumed";
            before.ifPresent(conditions::remove);
            conditions.add(new JobCondition(
                    Times.text(now), Times.text(now), said, "Job" + did, suspended ? "True" : "False", "Suspended"));
            events.add(new Event("Normal", did, said));
        }

        private JobStatus status() {
            JobStatus before = job.getStatus() == null ? new JobStatus() : job.getStatus();
            boolean complete =
                    conditions.stream().anyMatch(c -> "Complete".equals(c.getType()) && "True".equals(c.getStatus()));
            return new JobStatusBuilder()
                    .withConditions(conditions)
                    .withStartTime(startTime(before))
                    .withCompletionTime(
                            complete
                                    ? Nulls.or(before.getCompletionTime(), Times.text(now))
                                    : before.getCompletionTime())
                    .withActive(orNull(tally.active.size()))
                    .withReady((int) tally.active.stream().filter(Pods::isReady).count())
                    .withTerminating(tally.terminating.size())
                    .withSucceeded(orNull(tally.succeeded()))
                    .withFailed(orNull(tally.failed()))
                    .withCompletedIndexes(
                            tally.indexed && !tally.completed.isEmpty() ? Indexes.text(tally.completed) : null)
                    .withFailedIndexes(
                            tally.indexed && spec.getBackoffLimitPerIndex() != null
                                    ? Indexes.text(tally.failedIndexes)
                                    : null)
                    .withUncountedTerminatedPods(new UncountedTerminatedPods(
                            tally.uncountedFailed.stream().sorted().toList(),
                            tally.uncountedSucceeded.stream().sorted().toList()))
                    .build();
        }

        /** Begins anew when a suspended Job is resumed. */
        private String startTime(JobStatus before) {
            if (suspended && tally.active.isEmpty()) {
                return null;
            }
            if (!Nulls.isEmpty(before.getStartTime()) || suspended) {
                return before.getStartTime();
            }
            if (spec.getActiveDeadlineSeconds() != null) {
                lookAgain(Duration.ofSeconds(spec.getActiveDeadlineSeconds()));
            }
            return Times.text(now);
        }

        /** Zero is left out on the wire. */
        private static Integer orNull(int value) {
            return value == 0 ? null : value;
        }
    }
}
