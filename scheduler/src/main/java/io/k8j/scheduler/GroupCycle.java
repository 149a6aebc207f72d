package io.k8j.scheduler;

import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import io.k8j.scheduler.queue.QueuedPod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Schedules the waiting Pods of a group together: tries them one after the other, each seeing the others where they would
 * be, takes all of it back, and then binds those that fitted, or none. Belongs to the scheduling thread.
 */
final class GroupCycle {
    private static final String UNSCHEDULABLE = "pod group is unschedulable";
    private static final String WAITING = UNSCHEDULABLE + ", pod group is waiting for preemption to complete";
    private static final Comparator<QueuedPod> ORDER = Comparator.comparingInt(
                    (QueuedPod queued) -> queued.pod().priority())
            .reversed()
            .thenComparing(QueuedPod::firstSeen);

    /** How trying a Pod ended. */
    private sealed interface Trial {
        /** It fits on the node, at once or when the room is made; {@code permit} says whether that is enough. */
        record Fits(CycleState state, Placement.Outcome.Placed placed, Status permit, Diagnosis needsRoom)
                implements Trial {}

        record Refused(String message, Set<String> plugins, String nominated) implements Trial {}

        record Failed(String message) implements Trial {}
    }

    /** How trying a group ended. */
    private enum Result {
        BIND,
        WAIT_FOR_ROOM,
        REFUSE
    }

    private final SchedulingLoop loop;
    private final AssignedPods assigned;
    private final PodGroups groups;
    private final GroupWriter writer;

    GroupCycle(SchedulingLoop loop, AssignedPods assigned, PodGroups groups, GroupWriter writer) {
        this.loop = loop;
        this.assigned = assigned;
        this.groups = groups;
        this.writer = writer;
    }

    /** @param first was taken out of the queue; the others of its group are taken along */
    void run(QueuedPod first) throws InterruptedException {
        ObjectKey group = groups.of(first.pod());
        List<QueuedPod> pods = members(first, group);
        if (pods.isEmpty()) return;
        long begin = loop.time().nanoTime();
        String problem = differentSchedulers(pods);
        if (problem != null) {
            for (QueuedPod pod : pods) {
                loop.fail(pod, loop.profile(pod.pod().schedulerName()), problem, begin);
            }
            return;
        }
        Profile profile = loop.profile(pods.getFirst().pod().schedulerName());
        List<Trial> trials = tryAll(profile, pods);
        if (trials.getLast() instanceof Trial.Failed(String message)) {
            failAll(group, profile, pods, trials.size() - 1, message, begin);
            return;
        }
        Result result = result(trials);
        Set<String> refusers = refusers(profile, trials);
        for (int i = 0; i < pods.size(); i++) {
            settle(profile, pods.get(i), trials.get(i), result, refusers, begin);
        }
        switch (result) {
            case BIND -> writer.condition(group, true, "Scheduled", "");
            case WAIT_FOR_ROOM -> writer.condition(group, false, "Unschedulable", WAITING);
            case REFUSE -> writer.condition(group, false, "Unschedulable", UNSCHEDULABLE);
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
                        .formatted(name, other);
            }
        }
        return null;
    }

    /** Tries all in order and takes everything back; ends early if something fails. */
    private List<Trial> tryAll(Profile profile, List<QueuedPod> pods) {
        List<Trial> trials = new ArrayList<>();
        List<Runnable> takeBacks = new ArrayList<>();
        try {
            for (QueuedPod queued : pods) {
                Trial trial = tryOne(profile, queued.pod(), takeBacks);
                trials.add(trial);
                if (trial instanceof Trial.Failed) break;
            }
        } finally {
            takeBacks.reversed().forEach(Runnable::run);
        }
        return trials;
    }

    private Trial tryOne(Profile profile, PodInfo pod, List<Runnable> takeBacks) {
        CycleState state = new CycleState();
        state.trial(true);
        return switch (loop.find(profile, state, pod)) {
            case Placement.Outcome.Placed placed -> tryOn(profile, state, pod, placed, null, takeBacks);
            case Placement.Outcome.NoNodes none -> new Trial.Refused(SchedulingLoop.NO_NODES, Set.of(), null);
            case Placement.Outcome.Failed failed -> new Trial.Failed(failed.message());
            case Placement.Outcome.Refused refused -> {
                Diagnosis diagnosis = refused.diagnosis();
                String nominated = loop.makeRoom(profile, state, pod, diagnosis);
                NodeInfo node = nominated == null || nominated.isEmpty()
                        ? null
                        : loop.nodes().get(nominated);
                yield node == null
                        ? new Trial.Refused(diagnosis.message(), diagnosis.plugins(), nominated)
                        : tryOn(profile, state, pod, new Placement.Outcome.Placed(node, 1), diagnosis, takeBacks);
            }
        };
    }

    /** @param needsRoom why the Pod does not fit yet; null if it fits */
    private Trial tryOn(
            Profile profile,
            CycleState state,
            PodInfo pod,
            Placement.Outcome.Placed placed,
            Diagnosis needsRoom,
            List<Runnable> takeBacks) {
        NodeInfo node = placed.node();
        PodInfo there = pod.assignedTo(node.name());
        assigned.assume(there);
        // What plugins reserve belongs to a place that was found fitting.
        Runnable takeBack =
                needsRoom == null ? () -> loop.takeBack(profile, state, there) : () -> assigned.forget(there);
        if (needsRoom == null) {
            for (Plugin.Reserve plugin : profile.reserves) {
                Status status = plugin.reserve(state, there, node);
                if (!status.isSuccess()) {
                    takeBack.run();
                    return late(status.by(plugin.name()));
                }
            }
        }
        Status permit = Status.SUCCESS;
        for (Plugin.Permit plugin : profile.permits) {
            Status status = plugin.permit(state, there, node.name()).status();
            if (status.code() == Status.Code.WAIT) {
                permit = status;
            } else if (!status.isSuccess()) {
                takeBack.run();
                return late(status.by(plugin.name()));
            }
        }
        takeBacks.add(takeBack);
        return new Trial.Fits(state, placed, permit, needsRoom);
    }

    private static Trial late(Status status) {
        if (!status.isRejected()) return new Trial.Failed(status.message());
        Diagnosis diagnosis = new Diagnosis(1, new NodeStatuses(status));
        return new Trial.Refused(diagnosis.message(), Set.of(status.plugin()), "");
    }

    /** The group may go if one of its Pods was allowed with all those before it in their places. */
    private static Result result(List<Trial> trials) {
        Result result = Result.REFUSE;
        boolean needsRoom = false;
        for (Trial trial : trials) {
            if (trial instanceof Trial.Fits fits) {
                needsRoom |= fits.needsRoom != null;
                if (fits.permit.isSuccess()) result = needsRoom ? Result.WAIT_FOR_ROOM : Result.BIND;
            }
        }
        return result;
    }

    /** What helps one of the group may help all of them. */
    private static Set<String> refusers(Profile profile, List<Trial> trials) {
        Set<String> plugins = new LinkedHashSet<>();
        profile.permits.forEach(plugin -> plugins.add(plugin.name()));
        for (Trial trial : trials) {
            switch (trial) {
                case Trial.Refused refused -> plugins.addAll(refused.plugins);
                case Trial.Fits fits -> {
                    if (fits.needsRoom != null) plugins.addAll(fits.needsRoom.plugins());
                }
                case Trial.Failed failed -> {}
            }
        }
        return plugins;
    }

    private void settle(Profile profile, QueuedPod queued, Trial trial, Result result, Set<String> refusers, long begin)
            throws InterruptedException {
        switch (trial) {
            case Trial.Failed failed -> loop.fail(queued, profile, failed.message(), begin);
            case Trial.Refused refused -> {
                // Nobody knows what helps a Pod for which there was no node at all: everything may.
                if (!refused.plugins.isEmpty()) queued.refusedBy().addAll(refusers);
                loop.refused(queued, profile, refused.message, refused.nominated, begin);
            }
            case Trial.Fits fits -> {
                if (result == Result.BIND) {
                    fits.state.trial(false);
                    loop.place(queued, profile, fits.state, fits.placed, begin);
                    return;
                }
                queued.refusedBy().addAll(refusers);
                boolean waits = result == Result.WAIT_FOR_ROOM;
                String message = !waits
                        ? UNSCHEDULABLE + ", " + fits.permit.message()
                        : fits.needsRoom != null ? fits.needsRoom.message() : WAITING;
                loop.refused(
                        queued, profile, message, waits ? fits.placed.node().name() : "", begin);
            }
        }
    }

    /** @param failed the Pod that failed for this cause */
    private void failAll(ObjectKey group, Profile profile, List<QueuedPod> pods, int failed, String cause, long begin) {
        String message = "failed to schedule other pod from a pod group: " + cause;
        for (int i = 0; i < pods.size(); i++) {
            loop.fail(pods.get(i), profile, i == failed ? cause : message, begin);
        }
        writer.condition(group, false, "SchedulerError", message);
    }
}
