package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
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

/**
 * What has become of a Job's Pods: who runs, who ends, what is counted and what is noted but not yet counted. A Pod that has
 * ended is noted by its uid first, then loses its finalizer, and only then becomes a number, so that none counts twice or
 * never. One thread at a time.
 */
final class JobTally {
    final Job job;
    final boolean indexed;
    final int completions; // 0: not said
    final List<Pod> active = new ArrayList<>();
    final List<Pod> terminating = new ArrayList<>();
    final List<Pod> release = new ArrayList<>();
    final Set<String> uncountedSucceeded;
    final Set<String> uncountedFailed;
    final SortedSet<Integer> completed;
    final SortedSet<Integer> failedIndexes;
    private final JobSpec spec;
    private final List<Pod> succeededNow = new ArrayList<>();
    private final List<Pod> failedNow = new ArrayList<>();
    private final List<Pod> ignoredNow = new ArrayList<>();
    private final Map<Integer, Failures> byIndex = new HashMap<>();
    private int succeeded;
    private int failed;
    private final List<Instant> failureTimes = new ArrayList<>();
    private Instant lastSuccess = Instant.EPOCH;
    private Optional<JobEnd> policyEnd = Optional.empty();

    /** How often something failed, and when last; {@code EPOCH} if it is not known. */
    record Failures(int count, Instant last) {
        static final Failures NONE = new Failures(0, Instant.EPOCH);

        private Failures and(Failures other) {
            return new Failures(Math.max(count, other.count), last.isAfter(other.last) ? last : other.last);
        }
    }

    /**
     * Counts.
     *
     * @param released uids of Pods whose finalizer is gone although the copy may still show it
     */
    JobTally(Job job, List<Pod> pods, Set<String> released) {
        this.job = job;
        this.spec = job.getSpec();
        this.indexed = JobPods.isIndexed(job);
        this.completions = Nulls.or(spec.getCompletions(), 0);
        JobStatus status = job.getStatus() == null ? new JobStatus() : job.getStatus();
        UncountedTerminatedPods uncounted = status.getUncountedTerminatedPods();
        this.uncountedSucceeded = new HashSet<>(uncounted == null ? List.of() : Nulls.list(uncounted.getSucceeded()));
        this.uncountedFailed = new HashSet<>(uncounted == null ? List.of() : Nulls.list(uncounted.getFailed()));
        this.completed = Indexes.parse(status.getCompletedIndexes(), completions);
        this.failedIndexes = Indexes.parse(status.getFailedIndexes(), completions);
        this.succeeded = Nulls.or(status.getSucceeded(), 0);
        this.failed = Nulls.or(status.getFailed(), 0);
        settleUncounted(pods, released);
        pods.forEach(pod -> sort(pod, released));
        count();
    }

    /** Those that are counted. */
    int succeeded() {
        return succeeded;
    }

    /** Those that are counted. */
    int failed() {
        return failed;
    }

    /** With those that are noted. */
    int allSucceeded() {
        return succeeded + uncountedSucceeded.size();
    }

    /** With those that are noted. */
    int allFailed() {
        return failed + uncountedFailed.size();
    }

    /** Failures of the whole Job since the last success, which makes up for those before it. */
    Failures failures() {
        List<Instant> since =
                failureTimes.stream().filter(lastSuccess::isBefore).toList();
        return new Failures(
                lastSuccess.equals(Instant.EPOCH) ? allFailed() : since.size(),
                since.stream().max(Comparator.naturalOrder()).orElse(Instant.EPOCH));
    }

    /** Failures of one index. */
    Failures failures(int index) {
        return byIndex.getOrDefault(index, Failures.NONE);
    }

    /** The end that the podFailurePolicy wants. */
    Optional<JobEnd> policyEnd() {
        return policyEnd;
    }

    /** Nobody runs, ends or waits to be counted. */
    boolean isQuiet() {
        return active.isEmpty() && terminating.isEmpty() && uncountedFailed.isEmpty() && uncountedSucceeded.isEmpty();
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
            Instant ended = JobPods.ended(pod);
            lastSuccess = ended.isAfter(lastSuccess) ? ended : lastSuccess;
            if (noted) {
                release.add(pod);
            } else if (tracked) {
                succeededNow.add(pod);
            }
            return;
        }
        boolean countsWhileEnding =
                Nulls.isDeleting(pod) && !FailurePolicy.isSet(job) && !"Failed".equals(spec.getPodReplacementPolicy());
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
            policyEnd = Optional.of(new JobEnd(false, "PodFailurePolicy", verdict.message()));
        }
        boolean ignored = verdict.action().equals("Ignore");
        Instant ended = ignored ? Instant.EPOCH : JobPods.ended(pod);
        if (!ignored) failureTimes.add(ended);
        int index = JobPods.index(pod);
        if (indexed && index >= 0 && spec.getBackoffLimitPerIndex() != null) {
            int failures = JobPods.indexFailures(pod) + (ignored ? 0 : 1);
            byIndex.merge(index, new Failures(failures, ended), Failures::and);
            if (failures > spec.getBackoffLimitPerIndex() || verdict.action().equals("FailIndex")) {
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
}
