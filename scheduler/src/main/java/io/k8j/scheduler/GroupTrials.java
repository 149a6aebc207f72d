package io.k8j.scheduler;

import io.k8j.client.ObjectKey;
import io.k8j.scheduler.GroupResult.Trial;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlacement;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.groups.PodGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Tries the Pods of a group one after the other, each seeing the others where they would be, and takes all of it back.
 * With topologies it does so for each placement that the group may have, and chooses the best. Belongs to the scheduling
 * thread.
 */
final class GroupTrials {
    private final SchedulingLoop loop;
    private final Placement placement;
    private final AssignedPods assigned;
    private final PodGroups groups;
    private final Random random;

    GroupTrials(SchedulingLoop loop, Placement placement, AssignedPods assigned, PodGroups groups, Random random) {
        this.loop = loop;
        this.placement = placement;
        this.assigned = assigned;
        this.groups = groups;
        this.random = random;
    }

    /** @param makesRoom whether a Pod that does not fit may remove others */
    GroupResult run(Profile profile, ObjectKey group, List<PodInfo> pods, boolean makesRoom) {
        if (!groups.areTopologyAware()) return tryAll(profile, pods, makesRoom);
        List<NodeInfo> all = Arrays.asList(loop.nodes().all());
        List<GroupPlacement> placements = List.of(new GroupPlacement("", all));
        if (!profile.placementGenerators.isEmpty()) {
            GroupPlugin.Generated generated =
                    profile.placementGenerators.getFirst().placements(group, all);
            if (!generated.status().isSuccess()) return GroupResult.without(generated.status());
            placements = generated.placements();
            if (placements.isEmpty()) {
                return GroupResult.without(Status.unschedulable("no feasible placements found"));
            }
        }
        return bestOf(profile, group, pods, placements, makesRoom);
    }

    private GroupResult bestOf(
            Profile profile, ObjectKey group, List<PodInfo> pods, List<GroupPlacement> placements, boolean makesRoom) {
        GroupResult first = null;
        List<GroupPlacement> possible = new ArrayList<>();
        List<GroupResult> results = new ArrayList<>();
        for (GroupPlacement one : placements) {
            GroupResult result = tryWithin(profile, pods, one, makesRoom);
            if (result.status().code() == Status.Code.ERROR) return result;
            if (first == null) first = result;
            if (result.status().isSuccess() || result.waits()) {
                possible.add(one);
                results.add(result);
            }
        }
        if (results.isEmpty()) {
            String message = "0/%d placements are available, first placement status: %s"
                    .formatted(placements.size(), first.status().reasons().getFirst());
            return first.with(Status.unschedulable(message), false);
        }
        return results.size() == 1 ? results.getFirst() : best(profile, group, possible, results);
    }

    private GroupResult tryWithin(Profile profile, List<PodInfo> pods, GroupPlacement one, boolean makesRoom) {
        placement.within(one.nodes());
        try {
            return tryAll(profile, pods, makesRoom);
        } finally {
            placement.within(null);
        }
    }

    /** Of equally good ones, one by lot. */
    private GroupResult best(
            Profile profile, ObjectKey group, List<GroupPlacement> possible, List<GroupResult> results) {
        long[] totals = new long[possible.size()];
        for (var weighted : profile.placementScores) {
            GroupPlugin.Score plugin = weighted.getKey();
            long[] scores = new long[totals.length];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = plugin.score(group, possible.get(i), proposed(results.get(i)));
            }
            Status status = plugin.normalize(scores);
            if (!status.isSuccess()) {
                return GroupResult.without(Status.error("running NormalizePlacementScore on PlacementScore plugins: "
                        + "plugin \"%s\" failed with: %s".formatted(plugin.name(), status.message())));
            }
            for (int i = 0; i < scores.length; i++) totals[i] += scores[i] * weighted.getValue();
        }
        long highest = Arrays.stream(totals).max().orElseThrow();
        List<GroupResult> winners = new ArrayList<>();
        for (int i = 0; i < totals.length; i++) {
            if (totals[i] == highest) winners.add(results.get(i));
        }
        return winners.get(random.nextInt(winners.size()));
    }

    private static List<PodInfo> proposed(GroupResult result) {
        List<PodInfo> pods = new ArrayList<>();
        for (Trial trial : result.trials()) {
            if (trial instanceof Trial.Fits fits) pods.add(fits.pod());
        }
        return pods;
    }

    /** Tries all in order and takes everything back; ends early if something fails. */
    private GroupResult tryAll(Profile profile, List<PodInfo> pods, boolean makesRoom) {
        List<Trial> trials = new ArrayList<>();
        List<Runnable> takeBacks = new ArrayList<>();
        try {
            for (PodInfo pod : pods) {
                Trial trial = tryOne(profile, pod, makesRoom, takeBacks);
                trials.add(trial);
                if (trial instanceof Trial.Failed) break;
            }
        } finally {
            takeBacks.reversed().forEach(Runnable::run);
        }
        return GroupResult.of(trials);
    }

    private Trial tryOne(Profile profile, PodInfo pod, boolean makesRoom, List<Runnable> takeBacks) {
        CycleState state = new CycleState();
        state.trial(true);
        return switch (loop.find(profile, state, pod)) {
            case Placement.Outcome.Placed placed -> tryOn(profile, state, pod, placed, null, takeBacks);
            case Placement.Outcome.NoNodes none -> new Trial.Refused(SchedulingLoop.NO_NODES, Set.of(), null);
            case Placement.Outcome.Failed failed -> new Trial.Failed(failed.message());
            case Placement.Outcome.Refused refused -> {
                Diagnosis diagnosis = refused.diagnosis();
                String nominated = makesRoom ? loop.makeRoom(profile, state, pod, diagnosis) : null;
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
        Runnable forget = assume(pod, there);
        // What plugins reserve belongs to a place that was found fitting.
        Runnable takeBack = needsRoom == null
                ? () -> {
                    loop.takeBack(profile, state, there);
                    forget.run();
                }
                : forget;
        if (needsRoom == null) {
            for (Plugin.Reserve plugin : profile.reserves) {
                Status status = plugin.reserve(state, there, node);
                if (!status.isSuccess()) {
                    takeBack.run();
                    return late(SchedulingLoop.named("Reserve", plugin, status));
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
                return late(SchedulingLoop.named("Permit", plugin, status));
            }
        }
        takeBacks.add(takeBack);
        return new Trial.Fits(pod, state, placed, permit, needsRoom);
    }

    /** Counts the Pod in its place, and no longer where it was nominated to; answers how to undo that. */
    private Runnable assume(PodInfo pod, PodInfo there) {
        String nominated = loop.nominations().nodeOf(pod.uid());
        loop.nominations().remove(pod.uid());
        assigned.assume(there);
        groups.trying(there, true);
        return () -> {
            assigned.forget(there);
            groups.trying(there, false);
            if (nominated != null && !nominated.isEmpty()) loop.nominations().put(pod, nominated);
        };
    }

    private static Trial late(Status status) {
        if (!status.isRejected()) return new Trial.Failed(status.message());
        Diagnosis diagnosis = new Diagnosis(1, new NodeStatuses(status));
        return new Trial.Refused(diagnosis.message(), Set.of(status.plugin()), "");
    }
}
