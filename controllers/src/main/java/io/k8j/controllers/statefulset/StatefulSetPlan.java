package io.k8j.controllers.statefulset;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.IntOrPercent;
import io.k8j.controllers.support.Nulls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The next steps for a StatefulSet. Ordered sets get one step at a time, parallel ones all.
 *
 * @param steps in order
 */
record StatefulSetPlan(List<Step> steps, Missing missing) {
    /** How many Pods may be unavailable while an update is rolled out, and how many were. */
    record Missing(int most, int now) {}

    /** One step. */
    sealed interface Step {
        /** @param updated whether from the new template, else from the one before */
        record Create(int ordinal, boolean updated) implements Step {}

        /** Deletes a Pod that has ended, so that a new one can take its name. */
        record Replace(Pod pod) implements Step {}

        /** Scales down, or makes room for the new template. */
        record Delete(Pod pod) implements Step {}

        /** Restores labels and claims of a Pod. */
        record Restore(Pod pod) implements Step {}
    }

    private static final class Thinking {
        final StatefulSet set;
        final String currentRevision;
        final String updateRevision;
        final Instant now;
        final boolean ordered;
        final Map<Integer, Pod> members = new TreeMap<>();
        final List<Pod> condemned = new ArrayList<>();
        final List<Step> steps = new ArrayList<>();
        Missing missing;

        Thinking(StatefulSet set, List<Pod> pods, String currentRevision, String updateRevision, Instant now) {
            this.set = set;
            this.currentRevision = currentRevision;
            this.updateRevision = updateRevision;
            this.now = now;
            this.ordered = !"Parallel".equals(set.getSpec().getPodManagementPolicy());
            int first = StatefulPods.start(set);
            int end = first + StatefulPods.replicas(set);
            for (Pod pod : pods) {
                int ordinal = StatefulPods.ordinal(set, pod);
                if (ordinal >= first && ordinal < end) {
                    members.put(ordinal, pod);
                } else if (ordinal >= 0) {
                    condemned.add(pod);
                }
            }
            condemned.sort(Comparator.comparingInt((Pod pod) -> StatefulPods.ordinal(set, pod))
                    .reversed());
        }

        List<Step> think() {
            if (Nulls.isDeleting(set)) {
                return steps;
            }
            if (fill() || shrink()) {
                return steps;
            }
            if (steps.stream().allMatch(Step.Restore.class::isInstance)) {
                update();
            }
            return steps;
        }

        /** True if the rest must wait. */
        private boolean fill() {
            int first = StatefulPods.start(set);
            for (int ordinal = first; ordinal < first + StatefulPods.replicas(set); ordinal++) {
                Pod pod = members.get(ordinal);
                if (pod == null) {
                    steps.add(new Step.Create(ordinal, !isOldRevisionDue(ordinal)));
                    if (ordered) {
                        return true;
                    }
                    continue;
                }
                if (Pods.isFinished(pod)) {
                    if (!Nulls.isDeleting(pod)) {
                        steps.add(new Step.Replace(pod));
                    }
                    if (ordered) {
                        return true;
                    }
                    continue;
                }
                if (!StatefulPods.hasIdentity(set, pod) && !Nulls.isDeleting(pod)) {
                    steps.add(new Step.Restore(pod));
                }
                if (ordered && !isHealthy(pod)) {
                    return true;
                }
            }
            return false;
        }

        /** Which template a missing Pod gets while an update is under way. */
        private boolean isOldRevisionDue(int ordinal) {
            if (!isRolling() || currentRevision.equals(updateRevision)) {
                return false;
            }
            RollingUpdateStatefulSetStrategy rolling = rolling();
            int current = set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getCurrentReplicas(), 0);
            int bound = rolling == null ? current : Nulls.or(rolling.getPartition(), 0);
            return ordinal < StatefulPods.start(set) + bound;
        }

        private boolean isRolling() {
            return set.getSpec().getUpdateStrategy() == null
                    || !"OnDelete".equals(set.getSpec().getUpdateStrategy().getType());
        }

        private RollingUpdateStatefulSetStrategy rolling() {
            return set.getSpec().getUpdateStrategy() == null
                    ? null
                    : set.getSpec().getUpdateStrategy().getRollingUpdate();
        }

        private boolean isHealthy(Pod pod) {
            return !Nulls.isDeleting(pod) && StatefulPods.isRunningAndAvailable(pod, set, now);
        }

        private boolean shrink() {
            if (condemned.isEmpty()) {
                return false;
            }
            if (!ordered) {
                condemned.stream()
                        .filter(pod -> !Nulls.isDeleting(pod))
                        .forEach(pod -> steps.add(new Step.Delete(pod)));
                return false;
            }
            // Members are healthy here, so the first unhealthy Pod is the condemned one of the lowest ordinal.
            Pod firstUnhealthy = condemned.reversed().stream()
                    .filter(pod -> !isHealthy(pod))
                    .findFirst()
                    .orElse(null);
            Pod next = condemned.getFirst();
            boolean wait = Nulls.isDeleting(next) || (!isHealthy(next) && next != firstUnhealthy);
            if (!wait) {
                steps.add(new Step.Delete(next));
            }
            return true;
        }

        private void update() {
            if (!isRolling() || members.isEmpty()) {
                return;
            }
            RollingUpdateStatefulSetStrategy rolling = rolling();
            int replicas = StatefulPods.replicas(set);
            int partition = rolling == null ? 0 : Nulls.or(rolling.getPartition(), 0);
            int budget =
                    rolling == null ? 1 : Math.max(1, IntOrPercent.of(rolling.getMaxUnavailable(), replicas, false, 1));
            int first = StatefulPods.start(set);
            int unavailable = 0;
            for (Pod pod : members.values()) {
                unavailable += isHealthy(pod) ? 0 : 1;
            }
            missing = new Missing(budget, unavailable);
            for (int ordinal = first + replicas - 1; ordinal >= first + partition; ordinal--) {
                Pod pod = members.get(ordinal);
                if (pod == null) {
                    continue; // being created
                }
                boolean old = !StatefulPods.revision(pod).equals(updateRevision);
                if (old && !Nulls.isDeleting(pod)) {
                    boolean healthy = isHealthy(pod);
                    if (healthy && unavailable >= budget) {
                        return;
                    }
                    steps.add(new Step.Delete(pod));
                    unavailable += healthy ? 1 : 0;
                    if (unavailable >= budget) {
                        return;
                    }
                } else if (!isHealthy(pod) && unavailable >= budget) {
                    return;
                }
            }
        }
    }

    /** Thinks; no I/O. */
    static StatefulSetPlan of(
            StatefulSet set, List<Pod> pods, String currentRevision, String updateRevision, Instant now) {
        Thinking thinking = new Thinking(set, pods, currentRevision, updateRevision, now);
        return new StatefulSetPlan(List.copyOf(thinking.think()), thinking.missing);
    }
}
