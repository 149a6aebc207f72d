package io.k8j.scheduler;

import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.metrics.Metrics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the best node for a Pod: filters until enough nodes fit, scores those, and takes one of the best by lot. It reads
 * the nodes and changes nothing. Belongs to the scheduling thread.
 *
 * <p>All runs on one thread: with what {@link EqualPods} remembers, a Pod costs less than it takes to share the work.
 */
final class Placement {
    /** What came of it. */
    sealed interface Outcome {
        /** @param feasible nodes that fitted among those that were looked at */
        record Placed(NodeInfo node, int feasible) implements Outcome {}

        record Refused(Diagnosis diagnosis) implements Outcome {}

        record NoNodes() implements Outcome {}

        record Failed(String message) implements Outcome {}
    }

    /** Clocks cost more than most plugins: one cycle in so many is timed plugin by plugin, as upstream does. */
    private static final int TIMED = 10;

    private static final CycleState.Key<FilterPlan> PLAN = new CycleState.Key<>();
    private static final Status ERROR = Status.error("");
    private static final Status REFUSED = Status.unresolvable("");
    private static final int FEWEST = 100;
    private static final int LOWEST_PERCENTAGE = 5;

    private final Nodes nodes;
    private final Nominations nominations;
    private final int percentage;
    private final Extenders extenders;
    private final Metrics metrics;
    private final EqualPods equalPods;
    private final List<NodeInfo> feasible = new ArrayList<>();
    private int[] feasibleSlots = {}; // of the feasible nodes, as they were found
    private final Scoring scoring;
    private NodeInfo[] within; // null for all
    private Set<NodeInfo> allowed;
    private int start;
    private int cycle;

    /**
     * Finds nodes.
     *
     * @param percentage of nodes to find before scoring; 0 adapts to their number
     * @param metrics times the extension points
     */
    Placement(
            Nodes nodes, Nominations nominations, Random random, int percentage, Extenders extenders, Metrics metrics) {
        this.metrics = metrics;
        this.extenders = extenders;
        this.nodes = nodes;
        this.nominations = nominations;
        this.scoring = new Scoring(nodes, random, extenders, metrics);
        this.percentage = percentage;
        this.equalPods = new EqualPods(nodes);
    }

    Extenders extenders() {
        return extenders;
    }

    /** Limits the search to some nodes, until it is called again; null for all. Plugins still see all nodes. */
    void within(List<NodeInfo> some) {
        within = some == null || some.size() == nodes.count() ? null : some.toArray(NodeInfo[]::new);
        allowed = within == null ? null : new HashSet<>(some);
    }

    private boolean isWithin(NodeInfo node) {
        return node != null && (allowed == null || allowed.contains(node));
    }

    Outcome place(Profile profile, CycleState state, PodInfo pod) {
        NodeInfo[] all = within == null ? nodes.all() : within;
        if (all.length == 0) {
            return new Outcome.NoNodes();
        }
        Diagnosis diagnosis = new Diagnosis(
                all.length,
                new NodeStatuses(new Status(Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE, List.of(), ""), nodes.slots()));
        FilterPlan plan = new FilterPlan();
        state.timed(cycle++ % TIMED == 0);
        long preFiltering = System.nanoTime();
        Outcome refusal = preFilter(profile, state, pod, plan, diagnosis);
        point("PreFilter", profile, refusal, preFiltering);
        if (refusal != null) {
            return refusal;
        }
        state.write(PLAN, plan);
        NodeInfo[] candidates = all;
        if (plan.only != null) {
            candidates =
                    plan.only.stream().map(nodes::get).filter(this::isWithin).toArray(NodeInfo[]::new);
            diagnosis.plugins().addAll(plan.narrowing);
            diagnosis
                    .statuses()
                    .absent(Status.unresolvable(
                            "node(s) didn't satisfy plugin(s) [%s]".formatted(String.join(" ", plan.narrowing))));
        }
        NodeInfo nominated = pod.nominatedNode().isEmpty() ? null : nodes.get(pod.nominatedNode());
        if (isWithin(nominated)
                && (plan.only == null || plan.only.contains(nominated.name()))
                && filter(profile, state, pod, nominated).isSuccess()
                && suitsExtenders(pod, nominated)) {
            return new Outcome.Placed(nominated, 1);
        }
        EqualPods.Memory memory = equalPods.of(pod, profile.scores.length);
        long filtering = System.nanoTime();
        Outcome failure = findFeasible(profile, state, pod, candidates, diagnosis, memory);
        point("Filter", profile, failure, filtering);
        if (failure != null) {
            return failure;
        }
        if (!extenders.isEmpty()) {
            String cause = extenders.narrow(pod, feasible, diagnosis);
            if (cause != null) {
                return new Outcome.Failed(cause);
            }
        }
        if (feasible.isEmpty()) {
            return new Outcome.Refused(diagnosis);
        }
        if (feasible.size() == 1) {
            return new Outcome.Placed(feasible.getFirst(), 1);
        }
        long scored = System.nanoTime();
        int[] slots = extenders.isEmpty() ? feasibleSlots : slotsOf(feasible.toArray(NodeInfo[]::new));
        failure = scoring.score(profile, state, pod, feasible, slots, memory);
        point("Score", profile, failure, scored);
        return failure != null ? failure : new Outcome.Placed(scoring.best(feasible), feasible.size());
    }

    /** @param refusal null if the Pod may go on */
    private void point(String name, Profile profile, Outcome refusal, long begin) {
        Status status = refusal == null ? Status.SUCCESS : refusal instanceof Outcome.Failed ? ERROR : REFUSED;
        metrics.point(name, profile.name, status, System.nanoTime() - begin);
    }

    private boolean suitsExtenders(PodInfo pod, NodeInfo node) {
        if (extenders.isEmpty()) {
            return true;
        }
        List<NodeInfo> one = new ArrayList<>(List.of(node));
        Diagnosis unused = new Diagnosis(1, new NodeStatuses(Status.SUCCESS));
        return extenders.narrow(pod, one, unused) == null && !one.isEmpty();
    }

    /** Fills the plan; an outcome if a plugin refuses the Pod as a whole. */
    private Outcome preFilter(Profile profile, CycleState state, PodInfo pod, FilterPlan plan, Diagnosis diagnosis) {
        for (int i = 0; i < profile.preFilters.length; i++) {
            Plugin.PreFilter plugin = profile.preFilters[i];
            long begin = state.isTimed() ? System.nanoTime() : 0;
            Status status = plugin.preFilter(state, pod, nodes);
            if (begin != 0) metrics.plugin(plugin.name(), "PreFilter", status, System.nanoTime() - begin);
            if (!status.isSkip()) profile.preFilterCounts[i].add(1);
            if (status.isSkip()) {
                plan.skipped.add(plugin.name());
            } else if (status.isRejected()) {
                diagnosis.statuses().absent(status.by(plugin.name()));
                diagnosis.preFilterMessage(status.message());
                diagnosis.plugins().add(plugin.name());
                state.write(PLAN, plan);
                return new Outcome.Refused(diagnosis);
            } else if (!status.isSuccess()) {
                return failed("PreFilter", plugin, status);
            } else if (plan.narrow(plugin, plugin.onlyNodes(state, pod))) {
                state.write(PLAN, plan);
                return nowhere(diagnosis, plan.narrowing);
            }
        }
        for (int i = 0; i < profile.filters.length; i++) {
            Plugin.Filter plugin = profile.filters[i];
            if (!plan.skipped.contains(plugin.name())) {
                (plugin.isLocal() ? plan.local : plan.global)
                        .add(new FilterPlan.Counted(plugin, profile.filterCounts[i]));
            }
        }
        return null;
    }

    private static Outcome nowhere(Diagnosis diagnosis, TreeSet<String> narrowing) {
        String message = narrowing.size() == 1
                ? "node(s) didn't satisfy plugin %s".formatted(narrowing.getFirst())
                : "node(s) didn't satisfy plugin(s) [%s] simultaneously".formatted(String.join(" ", narrowing));
        diagnosis.statuses().absent(Status.unresolvable(message));
        diagnosis.preFilterMessage(message);
        diagnosis.plugins().addAll(narrowing);
        return new Outcome.Refused(diagnosis);
    }

    static Outcome failed(String point, Plugin plugin, Status status) {
        return new Outcome.Failed(inWords(point, plugin, status));
    }

    static String inWords(String point, Plugin plugin, Status status) {
        return "running %s plugin \"%s\": %s".formatted(point, plugin.name(), status.message());
    }

    private Outcome findFeasible(
            Profile profile,
            CycleState state,
            PodInfo pod,
            NodeInfo[] candidates,
            Diagnosis diagnosis,
            EqualPods.Memory memory) {
        feasible.clear();
        if (feasibleSlots.length < candidates.length) feasibleSlots = new int[candidates.length];
        FilterPlan plan = state.read(PLAN);
        int wanted = nodesToFind(candidates.length);
        int begin = plan.only == null ? start % candidates.length : 0;
        int processed = 0;
        Status last = null;
        int[] slots = plan.only == null && within == null ? nodes.allSlots() : slotsOf(candidates);
        int ownSlot = ownSlot(pod);
        for (int at = begin; processed < candidates.length && feasible.size() < wanted; processed++) {
            int here = at;
            int slot = slots[here];
            at = at + 1 < candidates.length ? at + 1 : 0;
            Status status = memory == null || slot == ownSlot
                    ? filter(profile, state, pod, candidates[here])
                    : filter(profile, plan, state, pod, slot, memory);
            if (status.isSuccess()) {
                feasibleSlots[feasible.size()] = slot;
                feasible.add(candidates[here]);
            } else if (status.code() == Status.Code.ERROR) {
                return new Outcome.Failed(
                        "running \"%s\" filter plugin: %s".formatted(status.plugin(), status.message()));
            } else {
                diagnosis.statuses().put(slot, status);
                if (status != last) {
                    diagnosis.plugins().add(status.plugin());
                    last = status;
                }
            }
        }
        if (plan.only == null) {
            start = (begin + processed) % candidates.length;
        }
        return null;
    }

    private static int[] slotsOf(NodeInfo[] candidates) {
        int[] slots = new int[candidates.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = candidates[i].slot();
        }
        return slots;
    }

    /** Slot of the node that the Pod is nominated to, where it must not be counted against itself; -1 for none. */
    private int ownSlot(PodInfo pod) {
        NodeInfo own = nominations.isEmpty() ? null : nodes.get(nominations.nodeOf(pod.uid()));
        return own == null ? -1 : own.slot();
    }

    /** Touches little but arrays for most nodes: the nodes themselves lie all over the memory. */
    private Status filter(
            Profile profile, FilterPlan plan, CycleState state, PodInfo pod, int slot, EqualPods.Memory memory) {
        boolean local = plan.global.isEmpty();
        if (!local
                && !nominations.isEmpty()
                && !nominations.on(nodes.at(slot).name()).isEmpty()) {
            return filter(profile, state, pod, nodes.at(slot));
        }
        long version = nodes.versions()[slot];
        Status status = memory.status(slot, version);
        if (status == null) {
            NodeInfo node = nodes.at(slot);
            status = local ? filter(profile, state, pod, node) : run(plan.local, state, pod, node);
            memory.status(slot, version, status);
        }
        if (local || !status.isSuccess()) {
            return status;
        }
        for (int i = 0; i < plan.global.size(); i++) {
            Plugin.Filter plugin = plan.global.get(i).plugin();
            plan.global.get(i).count().add(1);
            long begin = state.isTimed() ? System.nanoTime() : 0;
            Status answer = plugin.filter(state, pod, nodes, slot);
            if (begin != 0) metrics.plugin(plugin.name(), "Filter", answer, System.nanoTime() - begin);
            if (!answer.isSuccess()) {
                return answer.by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }

    /** Whether only local plugins have a say about this Pod. */
    boolean decidesLocally(CycleState state) {
        return state.read(PLAN).global.isEmpty();
    }

    private Status run(List<FilterPlan.Counted> filters, CycleState state, PodInfo pod, NodeInfo node) {
        for (int i = 0; i < filters.size(); i++) {
            Plugin.Filter plugin = filters.get(i).plugin();
            filters.get(i).count().add(1);
            long begin = state.isTimed() ? System.nanoTime() : 0;
            Status status = plugin.filter(state, pod, node);
            if (begin != 0) metrics.plugin(plugin.name(), "Filter", status, System.nanoTime() - begin);
            if (!status.isSuccess()) {
                return status.by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }

    /** Filters with and without the Pods that wait for room on the node, as either may be worse. */
    Status filter(Profile profile, CycleState state, PodInfo pod, NodeInfo node) {
        List<PodInfo> waiting = nominations.on(node.name());
        if (!waiting.isEmpty()) {
            Status status = filterWith(profile, state, pod, node, List.copyOf(waiting));
            if (!status.isSuccess()) {
                return status;
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

    private Status filterOnce(CycleState state, PodInfo pod, NodeInfo node) {
        FilterPlan plan = state.read(PLAN);
        Status status = run(plan.local, state, pod, node);
        return status.isSuccess() ? run(plan.global, state, pod, node) : status;
    }

    void addPod(Profile profile, CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        nodes.addPod(added);
        FilterPlan plan = state.read(PLAN);
        for (Plugin.PreFilter plugin : profile.preFilters) {
            if (!plan.skipped.contains(plugin.name())) {
                plugin.podAdded(state, pod, added, node);
            }
        }
    }

    void removePod(Profile profile, CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        nodes.removePod(removed);
        FilterPlan plan = state.read(PLAN);
        for (Plugin.PreFilter plugin : profile.preFilters) {
            if (!plan.skipped.contains(plugin.name())) {
                plugin.podRemoved(state, pod, removed, node);
            }
        }
    }

    private int nodesToFind(int count) {
        if (count < FEWEST || percentage >= 100) {
            return count;
        }
        int share = percentage == 0 ? Math.max(LOWEST_PERCENTAGE, 50 - nodes.count() / 125) : percentage;
        return Math.max(FEWEST, count * share / 100);
    }
}
