package io.k8j.scheduler;

import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.GroupResult.Trial;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import io.k8j.scheduler.metrics.Metrics;
import io.k8j.scheduler.queue.QueuedPod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Schedules the waiting Pods of a group together: tries them all ({@link GroupTrials}), and then binds those that fitted,
 * or none. Belongs to the scheduling thread.
 */
final class GroupCycle {
    private static final Comparator<QueuedPod> ORDER = Comparator.comparingInt(
                    (QueuedPod queued) -> queued.pod().priority())
            .reversed()
            .thenComparing(QueuedPod::firstSeen);

    private final SchedulingLoop loop;
    private final PodGroups groups;
    private final GroupWriter writer;
    private final GroupTrials trials;
    private final Metrics metrics;

    GroupCycle(
            SchedulingLoop loop,
            Placement placement,
            AssignedPods assigned,
            PodGroups groups,
            GroupWriter writer,
            Metrics metrics) {
        this.loop = loop;
        this.groups = groups;
        this.writer = writer;
        this.metrics = metrics;
        this.trials = new GroupTrials(loop, placement, assigned, groups, new Random());
    }

    /** @param first was taken out of the queue; the others of its group are taken along */
    void run(QueuedPod first) throws InterruptedException {
        ObjectKey group = groups.of(first.pod());
        List<QueuedPod> queued = members(first, group);
        if (queued.isEmpty()) return;
        long begin = loop.time().nanoTime();
        String problem = differentSchedulers(queued);
        if (problem != null) {
            for (QueuedPod pod : queued) {
                loop.fail(pod, loop.profile(pod.pod().schedulerName()), problem, begin);
            }
            return;
        }
        Profile profile = loop.profile(queued.getFirst().pod().schedulerName());
        List<PodInfo> pods = queued.stream().map(QueuedPod::pod).toList();
        GroupResult result = trials.run(profile, group, pods, true);
        metrics.groupAlgorithm(loop.time().nanoTime() - begin);
        if (groups.preemptAsOne() && result.status().code() == Status.Code.UNSCHEDULABLE) {
            result = makeRoom(profile, group, pods, result);
        }
        Set<String> refusers = refusers(profile, result.trials());
        for (int i = 0; i < queued.size(); i++) {
            settle(profile, queued.get(i), i, result, refusers, begin);
        }
        tell(profile, group, result, begin);
    }

    private void tell(Profile profile, ObjectKey group, GroupResult result, long begin) {
        metrics.groupAttempt(profile.name, result.word(), loop.time().nanoTime() - begin);
        Status status = result.status();
        if (status.isSuccess()) {
            writer.condition(group, true, "Scheduled", "");
        } else {
            writer.condition(group, false, status.isRejected() ? "Unschedulable" : "SchedulerError", status.message());
        }
    }

    private List<QueuedPod> members(QueuedPod first, ObjectKey group) {
        List<QueuedPod> all = new ArrayList<>(List.of(first));
        for (PodInfo pod : groups.waiting(group)) {
            if (pod.uid().equals(first.pod().uid())) continue;
            QueuedPod other = loop.queue().take(pod.uid());
            if (other != null) all.add(other);
        }
        all.removeIf(queued -> !loop.isWanted(queued.pod()));
        all.sort(ORDER);
        return all;
    }

    /** Null if one scheduler is to place all of them. */
    private static String differentSchedulers(List<QueuedPod> pods) {
        String name = pods.getFirst().pod().schedulerName();
        for (QueuedPod pod : pods) {
            String other = pod.pod().schedulerName();
            if (!other.equals(name)) {
                return "all pods in a single pod group should have the same .spec.schedulerName set, got: \"%s\" and \"%s\""
                        .formatted(other, name);
            }
        }
        return null;
    }

    /** Lets the group as a whole remove others. */
    private GroupResult makeRoom(Profile profile, ObjectKey key, List<PodInfo> pods, GroupResult result) {
        if (profile.groupPreemption == null) {
            return result.because("default preemption plugin is not registered, workload aware preemption is disabled");
        }
        PodGroup group = groups.get(key);
        if (group == null) {
            return result.with(
                    Status.error("failed to get pod group object: podgroup.scheduling.k8s.io \"%s\" not found"
                            .formatted(key.name())),
                    false);
        }
        if (group.topologyKey() != null) {
            return result.because(
                    "workload aware preemption is not supported for pod groups with scheduling constraints");
        }
        Status status = profile.groupPreemption.makeRoom(
                group, pods, () -> trials.run(profile, key, pods, false).status());
        if (status.isSuccess()) return result.with(result.status(), true);
        return status.code() == Status.Code.ERROR ? result.with(status, false) : result.because(status.message());
    }

    /** What helps one of the group may help all of them. */
    private static Set<String> refusers(Profile profile, List<Trial> trials) {
        Set<String> plugins = new LinkedHashSet<>();
        profile.permits.forEach(plugin -> plugins.add(plugin.name()));
        for (Trial trial : trials) {
            switch (trial) {
                case Trial.Refused refused -> plugins.addAll(refused.plugins());
                case Trial.Fits fits -> {
                    if (fits.needsRoom() != null)
                        plugins.addAll(fits.needsRoom().plugins());
                }
                case Trial.Failed failed -> {}
            }
        }
        return plugins;
    }

    private void settle(
            Profile profile, QueuedPod queued, int index, GroupResult result, Set<String> refusers, long begin)
            throws InterruptedException {
        Trial trial = index < result.trials().size() ? result.trials().get(index) : null;
        Status status = result.status();
        if (status.code() == Status.Code.ERROR) {
            loop.fail(queued, profile, trial instanceof Trial.Failed own ? own.message() : status.message(), begin);
            return;
        }
        switch (trial) {
            // Nobody knows what helps a group that was not tried: everything may.
            case null -> loop.refused(queued, profile, status.message(), null, begin);
            case Trial.Failed failed -> loop.fail(queued, profile, failed.message(), begin);
            case Trial.Refused refused -> {
                // Nor a Pod for which there was no node at all.
                if (!refused.plugins().isEmpty()) queued.refusedBy().addAll(refusers);
                loop.refused(queued, profile, refused.message(), refused.nominated(), begin);
            }
            case Trial.Fits fits -> settle(profile, queued, fits, result, refusers, begin);
        }
    }

    private void settle(
            Profile profile, QueuedPod queued, Trial.Fits fits, GroupResult result, Set<String> refusers, long begin)
            throws InterruptedException {
        if (result.status().isSuccess()) {
            fits.state().trial(false);
            loop.place(queued, profile, fits.state(), fits.placed(), begin);
            return;
        }
        queued.refusedBy().addAll(refusers);
        if (result.waits()) {
            Status status = result.status();
            String message = fits.needsRoom() == null
                    ? status.message()
                    : fits.needsRoom().message();
            loop.refused(queued, profile, message, fits.placed().node().name(), begin);
        } else {
            loop.refused(queued, profile, GroupResult.UNSCHEDULABLE + ", " + fits.heldBack(), "", begin);
        }
    }
}
