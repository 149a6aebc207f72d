package io.k8j.scheduler;

import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the best node for a Pod: filters until enough nodes fit, scores those, and takes one of the best by lot. It reads
 * the nodes and changes nothing. Belongs to the scheduling thread.
 */
final class Placement {
    /** What came of it. */
    sealed interface Outcome {
        /** @param evaluated nodes that were looked at; of them {@code feasible} fitted */
        record Placed(NodeInfo node, int evaluated, int feasible) implements Outcome {}

        record Refused(Diagnosis diagnosis) implements Outcome {}

        record NoNodes() implements Outcome {}

        record Failed(String message) implements Outcome {}
    }

    private static final int FEWEST = 100;
    private static final int LOWEST_PERCENTAGE = 5;

    private final Nodes nodes;
    private final Nominations nominations;
    private final Random random;
    private final int percentage;
    private final List<NodeInfo> feasible = new ArrayList<>();
    private long[] totals = new long[64];
    private long[] scores = new long[64];
    private int start;

    /** @param percentage of nodes to find before scoring; 0 adapts to their number */
    Placement(Nodes nodes, Nominations nominations, Random random, int percentage) {
        this.nodes = nodes;
        this.nominations = nominations;
        this.random = random;
        this.percentage = percentage;
    }

    Outcome place(Profile profile, CycleState state, PodInfo pod) {
        NodeInfo[] all = nodes.all();
        if (all.length == 0) {
            return new Outcome.NoNodes();
        }
        Diagnosis diagnosis = new Diagnosis(
                all.length, new NodeStatuses(new Status(Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE, List.of(), "")));
        List<Plugin.Filter> filters = new ArrayList<>(profile.filters.length);
        Set<String> only = null;
        TreeSet<String> narrowing = new TreeSet<>();
        Set<String> skipped = new HashSet<>();
        for (Plugin.PreFilter plugin : profile.preFilters) {
            Status status = plugin.preFilter(state, pod, nodes);
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (status.isRejected()) {
                diagnosis.statuses().absent(status.by(plugin.name()));
                diagnosis.preFilterMessage(status.message());
                diagnosis.plugins().add(plugin.name());
                return new Outcome.Refused(diagnosis);
            } else if (!status.isSuccess()) {
                return failed("PreFilter", plugin, status);
            } else {
                Set<String> names = plugin.onlyNodes(state, pod);
                if (names != null) {
                    narrowing.add(plugin.name());
                    if (only == null) {
                        only = new HashSet<>(names);
                    } else {
                        only.retainAll(names);
                    }
                    if (only.isEmpty()) {
                        return nowhere(diagnosis, narrowing);
                    }
                }
            }
        }
        for (Plugin.Filter plugin : profile.filters) {
            if (!skipped.contains(plugin.name())) {
                filters.add(plugin);
            }
        }
        Plugin.Filter[] active = filters.toArray(Plugin.Filter[]::new);
        state.write(ACTIVE_FILTERS, active);
        state.write(SKIPPED, skipped);
        feasible.clear();
        NodeInfo[] candidates = all;
        if (only != null) {
            candidates = only.stream().map(nodes::get).filter(n -> n != null).toArray(NodeInfo[]::new);
            diagnosis.plugins().addAll(narrowing);
            diagnosis
                    .statuses()
                    .absent(Status.unresolvable(
                            "node(s) didn't satisfy plugin(s) [%s]".formatted(String.join(" ", narrowing))));
        }
        String nominated = pod.nominatedNode();
        NodeInfo first = nominated.isEmpty() ? null : nodes.get(nominated);
        if (first != null && (only == null || only.contains(nominated))) {
            Status status = filter(profile, state, pod, first);
            if (status.isSuccess()) {
                return new Outcome.Placed(first, 1, 1);
            }
        }
        int wanted = nodesToFind(candidates.length);
        int begin = only == null ? start % candidates.length : 0;
        int processed = 0;
        for (int i = 0; i < candidates.length && feasible.size() < wanted; i++) {
            int at = begin + i;
            NodeInfo node = candidates[at < candidates.length ? at : at - candidates.length];
            Status status = filter(profile, state, pod, node);
            processed++;
            if (status.isSuccess()) {
                feasible.add(node);
            } else if (status.code() == Status.Code.ERROR) {
                return new Outcome.Failed(
                        "running \"%s\" filter plugin: %s".formatted(status.plugin(), status.message()));
            } else {
                diagnosis.statuses().put(node.name(), status);
                diagnosis.plugins().add(status.plugin());
            }
        }
        if (only == null) {
            start = (begin + processed) % all.length;
        }
        if (feasible.isEmpty()) {
            return new Outcome.Refused(diagnosis);
        }
        int seen = feasible.size() + diagnosis.statuses().explicit().size();
        if (feasible.size() == 1) {
            return new Outcome.Placed(feasible.getFirst(), seen, 1);
        }
        Outcome failure = score(profile, state, pod);
        return failure != null ? failure : new Outcome.Placed(best(), seen, feasible.size());
    }

    static final CycleState.Key<Plugin.Filter[]> ACTIVE_FILTERS = new CycleState.Key<>();
    static final CycleState.Key<Set<String>> SKIPPED = new CycleState.Key<>();

    private static Outcome nowhere(Diagnosis diagnosis, TreeSet<String> narrowing) {
        String message = narrowing.size() == 1
                ? "node(s) didn't satisfy plugin %s".formatted(narrowing.getFirst())
                : "node(s) didn't satisfy plugin(s) [%s] simultaneously".formatted(String.join(" ", narrowing));
        diagnosis.statuses().absent(Status.unresolvable(message));
        diagnosis.preFilterMessage(message);
        diagnosis.plugins().addAll(narrowing);
        return new Outcome.Refused(diagnosis);
    }

    private static Outcome failed(String point, Plugin plugin, Status status) {
        return new Outcome.Failed("running %s plugin \"%s\": %s".formatted(point, plugin.name(), status.message()));
    }

    /** Filters with and without the Pods that wait for room on the node, as either may be worse. */
    Status filter(Profile profile, CycleState state, PodInfo pod, NodeInfo node) {
        if (!nominations.isEmpty()) {
            List<PodInfo> waiting = nominations.on(node.name());
            if (!waiting.isEmpty()) {
                Status status = filterWith(profile, state, pod, node, waiting);
                if (!status.isSuccess()) {
                    return status;
                }
            }
        }
        return filterOnce(state, pod, node);
    }

    private Status filterWith(Profile profile, CycleState state, PodInfo pod, NodeInfo node, List<PodInfo> waiting) {
        List<PodInfo> added = new ArrayList<>();
        nodes.beginSimulation();
        try {
            for (PodInfo other : waiting) {
                if (other.priority() >= pod.priority() && !other.uid().equals(pod.uid())) {
                    PodInfo there = other.assignedTo(node.name());
                    addPod(profile, state, pod, there, node);
                    added.add(there);
                }
            }
            return added.isEmpty() ? Status.SUCCESS : filterOnce(state, pod, node);
        } finally {
            added.reversed().forEach(there -> removePod(profile, state, pod, there, node));
            nodes.endSimulation();
        }
    }

    void addPod(Profile profile, CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        nodes.addPod(added);
        Set<String> skipped = state.read(SKIPPED);
        for (Plugin.PreFilter plugin : profile.preFilters) {
            if (!skipped.contains(plugin.name())) {
                plugin.podAdded(state, pod, added, node);
            }
        }
    }

    void removePod(Profile profile, CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        nodes.removePod(removed);
        Set<String> skipped = state.read(SKIPPED);
        for (Plugin.PreFilter plugin : profile.preFilters) {
            if (!skipped.contains(plugin.name())) {
                plugin.podRemoved(state, pod, removed, node);
            }
        }
    }

    private Status filterOnce(CycleState state, PodInfo pod, NodeInfo node) {
        Plugin.Filter[] filters = state.read(ACTIVE_FILTERS);
        for (Plugin.Filter filter : filters) {
            Status status = filter.filter(state, pod, node);
            if (!status.isSuccess()) {
                return status.by(filter.name());
            }
        }
        return Status.SUCCESS;
    }

    private int nodesToFind(int count) {
        if (count < FEWEST || percentage >= 100) {
            return count;
        }
        int share = percentage;
        if (share == 0) {
            share = Math.max(LOWEST_PERCENTAGE, 50 - nodes.count() / 125);
        }
        return Math.max(FEWEST, count * share / 100);
    }

    /** Fills {@code totals}; null if all went well. */
    private Outcome score(Profile profile, CycleState state, PodInfo pod) {
        int count = feasible.size();
        if (totals.length < count) {
            totals = new long[count * 2];
            scores = new long[count * 2];
        }
        Arrays.fill(totals, 0, count, 0);
        Set<String> skipped = new HashSet<>();
        for (Plugin.PreScore plugin : profile.preScores) {
            Status status = plugin.preScore(state, pod, nodes, feasible);
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (!status.isSuccess()) {
                return failed("PreScore", plugin, status);
            }
        }
        for (Profile.Weighted weighted : profile.scores) {
            Plugin.Score plugin = weighted.plugin();
            if (skipped.contains(plugin.name())) {
                continue;
            }
            for (int i = 0; i < count; i++) {
                scores[i] = plugin.score(state, pod, feasible.get(i));
            }
            plugin.normalize(state, pod, feasible, scores);
            for (int i = 0; i < count; i++) {
                totals[i] += scores[i] * weighted.weight();
            }
        }
        return null;
    }

    private NodeInfo best() {
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
