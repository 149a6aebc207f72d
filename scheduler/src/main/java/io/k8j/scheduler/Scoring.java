package io.k8j.scheduler;

import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.metrics.Metrics;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Gives points to the nodes that a Pod fits on, and chooses one of the best. Belongs to the scheduling thread. */
final class Scoring {
    private final Nodes nodes;
    private final Random random;
    private final Extenders extenders;
    private final Metrics metrics;
    private long[] totals = new long[64];
    private long[] scores = new long[64];

    Scoring(Nodes nodes, Random random, Extenders extenders, Metrics metrics) {
        this.metrics = metrics;
        this.nodes = nodes;
        this.random = random;
        this.extenders = extenders;
    }

    /**
     * Gives the nodes their points, for {@link #best}; null if all went well.
     *
     * @param slots of the feasible nodes, in the same order; may be longer
     */
    Placement.Outcome score(
            Profile profile,
            CycleState state,
            PodInfo pod,
            List<NodeInfo> feasible,
            int[] slots,
            EqualPods.Memory memory) {
        int count = feasible.size();
        if (totals.length < count) {
            totals = new long[count * 2];
            scores = new long[count * 2];
        }
        Arrays.fill(totals, 0, count, 0);
        Set<String> skipped = new HashSet<>();
        for (int p = 0; p < profile.preScores.length; p++) {
            Plugin.PreScore plugin = profile.preScores[p];
            long begin = state.isTimed() ? System.nanoTime() : 0;
            Status status = plugin.preScore(state, pod, nodes, feasible);
            if (begin != 0) metrics.plugin(plugin.name(), "PreScore", status, System.nanoTime() - begin);
            if (!status.isSkip()) profile.preScoreCounts[p].add(1);
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (!status.isSuccess()) {
                return Placement.failed("PreScore", plugin, status);
            }
        }
        if (memory != null) {
            remember(profile, state, pod, feasible, memory, skipped, slots);
        }
        for (int p = 0; p < profile.scores.length; p++) {
            Plugin.Score plugin = profile.scores[p].plugin();
            if (skipped.contains(plugin.name())) {
                continue;
            }
            if (memory != null && plugin.isLocal()) {
                long[] known = memory.scores(p);
                for (int i = 0; i < count; i++) {
                    scores[i] = known[slots[i]];
                }
            } else {
                profile.scoreCounts[p].add(count);
                for (int i = 0; i < count; i++) {
                    scores[i] = score(plugin, state, pod, feasible.get(i));
                }
            }
            plugin.normalize(state, pod, feasible, scores);
            int weight = profile.scores[p].weight();
            for (int i = 0; i < count; i++) {
                totals[i] += scores[i] * weight;
            }
        }
        extenders.score(pod, feasible, totals);
        return null;
    }

    private long score(Plugin.Score plugin, CycleState state, PodInfo pod, NodeInfo node) {
        if (!state.isTimed()) return plugin.score(state, pod, node);
        long begin = System.nanoTime();
        long score = plugin.score(state, pod, node);
        metrics.plugin(plugin.name(), "Score", Status.SUCCESS, System.nanoTime() - begin);
        return score;
    }

    /** Asks the local plugins for the scores of nodes that have changed. */
    private void remember(
            Profile profile,
            CycleState state,
            PodInfo pod,
            List<NodeInfo> feasible,
            EqualPods.Memory memory,
            Set<String> skipped,
            int[] slots) {
        long[] versions = nodes.versions();
        for (int i = 0; i < feasible.size(); i++) {
            if (memory.hasScores(slots[i], versions[slots[i]])) {
                continue;
            }
            NodeInfo node = feasible.get(i);
            for (int p = 0; p < profile.scores.length; p++) {
                Plugin.Score plugin = profile.scores[p].plugin();
                if (plugin.isLocal() && !skipped.contains(plugin.name())) {
                    profile.scoreCounts[p].add(1);
                    memory.scores(p)[node.slot()] = score(plugin, state, pod, node);
                }
            }
        }
    }

    /** One of those with the most points, by chance. */
    NodeInfo best(List<NodeInfo> feasible) {
        int best = 0;
        int equal = 1;
        for (int i = 1; i < feasible.size(); i++) {
            if (totals[i] > totals[best]) {
                best = i;
                equal = 1;
            } else if (totals[i] == totals[best] && random.nextInt(++equal) == 0) {
                best = i;
            }
        }
        return feasible.get(best);
    }
}
