package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The next step for a Deployment.
 *
 * @param writes changes of ReplicaSets, in order
 * @param revision value of the Deployment's revision annotation; empty leaves it as it is
 * @param status the status after the writes
 * @param recheck when to look again although nothing has changed
 */
record DeploymentPlan(
        List<Write> writes, Optional<String> revision, DeploymentStatus status, Optional<Duration> recheck) {
    /** A change of a ReplicaSet. */
    sealed interface Write {
        record Create(ReplicaSet set) implements Write {}

        /** Also carries resizes, which are told in an Event. */
        record Update(ReplicaSet before, ReplicaSet after) implements Write {}

        record Delete(ReplicaSet set) implements Write {}
    }

    /**
     * Thinks; no I/O.
     *
     * @param sets all sets that the Deployment controls
     * @param pods all Pods of these sets; used for Recreate only
     */
    static DeploymentPlan of(Deployment deployment, List<ReplicaSet> sets, List<Pod> pods, Instant now) {
        return new Thinking(deployment, sets, pods, now).plan();
    }

    /** One run of the planning; holds what was decided so far. */
    private static final class Thinking {
        private final Deployment deployment;
        private final List<ReplicaSet> oldSets;
        private final List<Pod> pods;
        private final Instant now;
        private final List<Write> writes = new ArrayList<>();
        private Optional<ReplicaSet> newSet;
        private DeploymentStatus before;
        private Optional<String> revision = Optional.empty();

        Thinking(Deployment deployment, List<ReplicaSet> sets, List<Pod> pods, Instant now) {
            this.deployment = deployment;
            this.pods = pods;
            this.now = now;
            this.newSet = Revisions.newSet(deployment, sets);
            this.oldSets = sets.stream()
                    .filter(set -> newSet.isEmpty() || set != newSet.get())
                    .toList();
            this.before = RolloutStatus.of(deployment);
        }

        DeploymentPlan plan() {
            if (Nulls.isDeleting(deployment)) {
                refreshNewSet();
                return done(RolloutStatus.counted(deployment, before, all(), newSet, now), List.of());
            }
            before = RolloutStatus.pausedOrResumed(deployment, now);
            if (Nulls.isTrue(deployment.getSpec().getPaused()) || Scaling.isDue(deployment, all())) {
                refreshNewSet();
                resize(Scaling.sizes(deployment, newSet, oldSets));
                return done(RolloutStatus.counted(deployment, before, all(), newSet, now), oldSets);
            }
            return RolloutMath.isRolling(deployment) ? roll() : recreate();
        }

        private DeploymentPlan roll() {
            createOrRefreshNewSet(
                    newSet.isPresent()
                            ? 0
                            : RolloutMath.newReplicas(deployment, oldSets, Revisions.make(deployment, 0, 0)));
            if (writes.stream().noneMatch(Write.Create.class::isInstance)) {
                resize(RollingUpdate.step(deployment, newSet.get(), oldSets));
            }
            return progressed();
        }

        private DeploymentPlan recreate() {
            if (newSet.isPresent()) {
                refreshNewSet();
            }
            List<ReplicaSet> active = Revisions.active(oldSets);
            if (!active.isEmpty()) {
                active.forEach(set -> resize(set, 0));
                return progressed();
            }
            if (oldPodsRun()) {
                return progressed();
            }
            int wanted = RolloutMath.replicas(deployment);
            if (newSet.isEmpty()) {
                createOrRefreshNewSet(wanted);
            } else {
                resize(newSet.get(), wanted);
            }
            return progressed();
        }

        private boolean oldPodsRun() {
            String newUid = newSet.map(Nulls::uid).orElse("");
            return oldSets.stream().anyMatch(set -> RolloutMath.statusReplicas(set) > 0)
                    || pods.stream()
                            .anyMatch(pod -> !Pods.isFinished(pod)
                                    && !Owners.controllerUid(pod).equals(newUid));
        }

        private DeploymentPlan progressed() {
            DeploymentStatus status = RolloutStatus.progressed(deployment, before, all(), newSet, now);
            return done(status, RolloutStatus.isComplete(deployment, status) ? oldSets : List.of());
        }

        private DeploymentPlan done(DeploymentStatus status, List<ReplicaSet> cleanable) {
            Revisions.surplus(deployment, cleanable).forEach(set -> writes.add(new Write.Delete(set)));
            return new DeploymentPlan(writes, revision, status, RolloutStatus.recheck(deployment, status, now));
        }

        private long nextRevision() {
            return oldSets.stream().mapToLong(Revisions::revision).max().orElse(0) + 1;
        }

        private void createOrRefreshNewSet(int replicas) {
            if (newSet.isPresent()) {
                refreshNewSet();
                return;
            }
            long next = nextRevision();
            ReplicaSet made = Revisions.make(deployment, next, replicas);
            writes.add(new Write.Create(made));
            newSet = Optional.of(made);
            revision = Optional.of(Long.toString(next));
            if (RolloutStatus.hasDeadline(deployment)) {
                before = RolloutStatus.set(
                        before,
                        "Progressing",
                        "True",
                        "NewReplicaSetCreated",
                        "Created new replica set \"" + Nulls.name(made) + "\"",
                        now);
            }
        }

        private void refreshNewSet() {
            if (newSet.isEmpty()) {
                return;
            }
            ReplicaSet present = newSet.get();
            ReplicaSet refreshed = Revisions.refreshed(deployment, present, nextRevision());
            if (refreshed != present) {
                writes.add(new Write.Update(present, refreshed));
                newSet = Optional.of(refreshed);
            }
            revision = Optional.ofNullable(Nulls.annotations(refreshed).get(Revisions.REVISION));
            if (RolloutStatus.hasDeadline(deployment)
                    && RolloutStatus.find(before, "Progressing").isEmpty()) {
                before = RolloutStatus.set(
                        before,
                        "Progressing",
                        "True",
                        "FoundNewReplicaSet",
                        "Found new replica set \"" + Nulls.name(present) + "\"",
                        now);
            }
        }

        private void resize(Map<ReplicaSet, Integer> sizes) {
            sizes.forEach(this::resize);
        }

        private void resize(ReplicaSet set, int size) {
            ReplicaSet after = Revisions.resized(deployment, set, size);
            if (after == set) {
                return;
            }
            // One write per set: a refreshed new set takes its new size along.
            for (int i = 0; i < writes.size(); i++) {
                if (writes.get(i) instanceof Write.Update(ReplicaSet first, ReplicaSet last) && last == set) {
                    writes.set(i, new Write.Update(first, after));
                    newSet = newSet.map(present -> present == set ? after : present);
                    return;
                }
            }
            writes.add(new Write.Update(set, after));
            newSet = newSet.map(present -> present == set ? after : present);
        }

        private List<ReplicaSet> all() {
            List<ReplicaSet> all = new ArrayList<>(oldSets);
            newSet.ifPresent(all::add);
            return all;
        }
    }
}
