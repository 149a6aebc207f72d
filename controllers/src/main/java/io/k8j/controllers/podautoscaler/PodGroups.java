package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A target's Pods by what is known of them; the sets have names.
 *
 * @param ready how many count with their samples
 * @param unready do not work yet
 * @param missing were not measured
 * @param ignored are about to go
 */
record PodGroups(int ready, Set<String> unready, Set<String> missing, Set<String> ignored) {
    /**
     * What is assumed of Pods that are young.
     *
     * @param cpu whether the metric is processor time, which a Pod's start distorts
     */
    record Youth(boolean cpu, Duration cpuInitializationPeriod, Duration initialReadinessDelay, Instant now) {}

    static PodGroups of(Collection<Pod> pods, Map<String, PodSample> samples, Youth youth) {
        int ready = 0;
        Set<String> unready = new HashSet<>();
        Set<String> missing = new HashSet<>();
        Set<String> ignored = new HashSet<>();
        for (Pod pod : pods) {
            String name = Nulls.name(pod);
            PodSample sample = samples.get(name);
            if (Nulls.isDeleting(pod) || "Failed".equals(Pods.phase(pod))) ignored.add(name);
            else if ("Pending".equals(Pods.phase(pod))) unready.add(name);
            else if (sample == null) missing.add(name);
            else if (youth.cpu() && isYoung(pod, sample, youth)) unready.add(name);
            else ready++;
        }
        return new PodGroups(ready, unready, missing, ignored);
    }

    private static boolean isYoung(Pod pod, PodSample sample, Youth youth) {
        Optional<PodCondition> condition = Pods.condition(pod, "Ready");
        String startTime = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        if (condition.isEmpty() || startTime == null) return true;
        boolean notReady = "False".equals(condition.get().getStatus());
        Instant since = Times.parse(condition.get().getLastTransitionTime());
        Instant start = Times.parse(startTime);
        if (start.plus(youth.cpuInitializationPeriod()).isAfter(youth.now())) {
            // Unready, or ready for less than a window: the sample tells of the start.
            return notReady || sample.timestamp().isBefore(since.plus(sample.window()));
        }
        // Unready and never ready before.
        return notReady && start.plus(youth.initialReadinessDelay()).isAfter(since);
    }
}
