package io.k8j.scheduler.plugins;

import io.k8j.scheduler.framework.AffinityTerm;
import io.k8j.scheduler.framework.AffinityTerms;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodCounts;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.framework.TermIndex;
import io.k8j.scheduler.framework.Topologies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds Pods to what they, and those that run already, ask of their neighbours. */
final class InterPodAffinityPlugin implements Plugin.PreFilter, Plugin.Filter, Plugin.PreScore, Plugin.Score {
    private static final String NAME = "InterPodAffinity";
    private static final Status NO_FRIENDS =
            Status.unresolvable("node(s) didn't match pod affinity rules").by(NAME);
    private static final Status ENEMIES =
            Status.unschedulable("node(s) didn't match pod anti-affinity rules").by(NAME);
    private static final Status ENEMY_OF_OTHERS = Status.unschedulable(
                    "node(s) didn't satisfy existing pods anti-affinity rules")
            .by(NAME);
    private static final CycleState.Key<Needs> NEEDS = new CycleState.Key<>();
    private static final CycleState.Key<List<Credit>> CREDITS = new CycleState.Key<>();

    /** Numbers of Pods by domain. */
    private record Tally(Topologies.Domains domains, int[] counts) {
        /** -1 if the node lacks the label. */
        int at(int slot) {
            int domain = domains.at(slot);
            return domain < 0 ? -1 : counts[domain];
        }

        void add(NodeInfo node, int by) {
            int domain = domains.of(node);
            if (domain >= 0) {
                counts[domain] += by;
            }
        }
    }

    /** What the filter holds nodes to. */
    private static final class Needs {
        final List<Tally> friends = new ArrayList<>(); // for each required term
        final List<Tally> enemies = new ArrayList<>(); // for each required anti term
        final Map<String, Tally> others = new LinkedHashMap<>(); // Pods that do not want this one, by topology
        PodCounts.PodSet friendly; // matches all required terms
        boolean fitsItself;
        Boolean noneAnywhere; // null while it is not known
    }

    /** Points by domain. */
    private record Credit(Topologies.Domains domains, long[] points) {}

    private final Indexes indexes;
    private final int hardWeight;
    private final boolean ignoresPreferencesOfOthers;

    InterPodAffinityPlugin(Indexes indexes, int hardWeight, boolean ignoresPreferencesOfOthers) {
        this.indexes = indexes;
        this.hardWeight = hardWeight;
        this.ignoresPreferencesOfOthers = ignoresPreferencesOfOthers;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        Needs needs = new Needs();
        for (TermIndex.Group group : indexes.terms().of(TermIndex.Kind.REQUIRED_ANTI)) {
            if (group.term().matches(pod, indexes.namespaces())) {
                Tally tally = needs.others.computeIfAbsent(group.term().topologyKey(), this::tally);
                for (int slot = 0; slot < nodes.slots(); slot++) {
                    add(tally, slot, group.at(slot));
                }
            }
        }
        AffinityTerms terms = pod.affinity();
        if (!terms.required().isEmpty()) {
            needs.friendly = new PodCounts.PodSet(
                    terms.required().stream().map(PodCounts.Part::of).toList(), false);
            needs.fitsItself = indexes.counts().has(needs.friendly, pod);
            for (AffinityTerm term : terms.required()) {
                needs.friends.add(tally(term.topologyKey(), needs.friendly, nodes));
            }
        }
        for (AffinityTerm term : terms.requiredAnti()) {
            needs.enemies.add(tally(term.topologyKey(), setOf(term), nodes));
        }
        if (needs.others.isEmpty()
                && terms.required().isEmpty()
                && terms.requiredAnti().isEmpty()) {
            return Status.SKIP;
        }
        state.write(NEEDS, needs);
        return Status.SUCCESS;
    }

    private static PodCounts.PodSet setOf(AffinityTerm term) {
        return new PodCounts.PodSet(List.of(PodCounts.Part.of(term)), false);
    }

    private Tally tally(String topologyKey) {
        Topologies.Domains domains = indexes.topologies().of(topologyKey);
        return new Tally(domains, new int[domains.count()]);
    }

    private Tally tally(String topologyKey, PodCounts.PodSet set, Nodes nodes) {
        Tally tally = tally(topologyKey);
        PodCounts.Counter counter = indexes.counts().of(set);
        if (counter.total() > 0) {
            for (int slot = 0; slot < nodes.slots(); slot++) {
                add(tally, slot, counter.at(slot));
            }
        }
        return tally;
    }

    private static void add(Tally tally, int slot, int count) {
        if (count > 0 && tally.domains.at(slot) >= 0) {
            tally.counts[tally.domains.at(slot)] += count;
        }
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return filter(state.read(NEEDS), node.slot());
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, Nodes nodes, int slot) {
        return filter(state.read(NEEDS), slot);
    }

    private static Status filter(Needs needs, int slot) {
        if (!hasFriends(needs, slot)) {
            return NO_FRIENDS;
        }
        for (int i = 0; i < needs.enemies.size(); i++) {
            if (needs.enemies.get(i).at(slot) > 0) {
                return ENEMIES;
            }
        }
        if (!needs.others.isEmpty()) {
            for (Tally tally : needs.others.values()) {
                if (tally.at(slot) > 0) {
                    return ENEMY_OF_OTHERS;
                }
            }
        }
        return Status.SUCCESS;
    }

    /** The first of a group of Pods that want each other may go anywhere. */
    private static boolean hasFriends(Needs needs, int slot) {
        boolean found = true;
        for (int i = 0; i < needs.friends.size(); i++) {
            int count = needs.friends.get(i).at(slot);
            if (count < 0) {
                return false;
            }
            found &= count > 0;
        }
        return found || (needs.fitsItself && noneAnywhere(needs));
    }

    private static boolean noneAnywhere(Needs needs) {
        if (needs.noneAnywhere == null) {
            needs.noneAnywhere = countsNone(needs);
        }
        return needs.noneAnywhere;
    }

    private static boolean countsNone(Needs needs) {
        for (Tally tally : needs.friends) {
            for (int count : tally.counts) {
                if (count > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void podAdded(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        count(state, pod, added, node, 1);
    }

    @Override
    public void podRemoved(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        count(state, pod, removed, node, -1);
    }

    private void count(CycleState state, PodInfo pod, PodInfo other, NodeInfo node, int by) {
        Needs needs = state.read(NEEDS);
        for (AffinityTerm term : other.affinity().requiredAnti()) {
            if (term.matches(pod, indexes.namespaces())) {
                needs.others.computeIfAbsent(term.topologyKey(), this::tally).add(node, by);
            }
        }
        if (needs.friendly != null && indexes.counts().has(needs.friendly, other)) {
            needs.friends.forEach(tally -> tally.add(node, by));
            needs.noneAnywhere = null;
        }
        List<AffinityTerm> anti = pod.affinity().requiredAnti();
        for (int i = 0; i < anti.size(); i++) {
            if (anti.get(i).matches(other, indexes.namespaces())) {
                needs.enemies.get(i).add(node, by);
            }
        }
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        AffinityTerms terms = pod.affinity();
        boolean hasPreferences =
                !terms.preferred().isEmpty() || !terms.preferredAnti().isEmpty();
        Map<String, Credit> credits = new LinkedHashMap<>();
        for (AffinityTerms.Weighted weighted : terms.preferred()) {
            own(credits, weighted, 1, nodes);
        }
        for (AffinityTerms.Weighted weighted : terms.preferredAnti()) {
            own(credits, weighted, -1, nodes);
        }
        if (hasPreferences || !ignoresPreferencesOfOthers) {
            if (hardWeight > 0) {
                others(credits, pod, TermIndex.Kind.REQUIRED, hardWeight, nodes);
            }
            others(credits, pod, TermIndex.Kind.PREFERRED, 1, nodes);
            others(credits, pod, TermIndex.Kind.PREFERRED_ANTI, -1, nodes);
        }
        if (credits.isEmpty()) {
            return Status.SKIP;
        }
        state.write(CREDITS, new ArrayList<>(credits.values()));
        return Status.SUCCESS;
    }

    private void own(Map<String, Credit> credits, AffinityTerms.Weighted weighted, int sign, Nodes nodes) {
        PodCounts.Counter counter = indexes.counts().of(setOf(weighted.term()));
        if (counter.total() == 0) {
            return;
        }
        Credit credit = credit(credits, weighted.term().topologyKey());
        for (int slot = 0; slot < nodes.slots(); slot++) {
            give(credit, slot, (long) sign * weighted.weight() * counter.at(slot));
        }
    }

    private void others(Map<String, Credit> credits, PodInfo pod, TermIndex.Kind kind, int factor, Nodes nodes) {
        for (TermIndex.Group group : indexes.terms().of(kind)) {
            if (group.term().matches(pod, indexes.namespaces())) {
                Credit credit = credit(credits, group.term().topologyKey());
                for (int slot = 0; slot < nodes.slots(); slot++) {
                    give(credit, slot, (long) factor * group.weight() * group.at(slot));
                }
            }
        }
    }

    private Credit credit(Map<String, Credit> credits, String topologyKey) {
        return credits.computeIfAbsent(topologyKey, key -> {
            Topologies.Domains domains = indexes.topologies().of(key);
            return new Credit(domains, new long[domains.count()]);
        });
    }

    private static void give(Credit credit, int slot, long points) {
        if (points != 0 && credit.domains.at(slot) >= 0) {
            credit.points[credit.domains.at(slot)] += points;
        }
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        List<Credit> credits = state.read(CREDITS);
        long sum = 0;
        for (int i = 0; i < credits.size(); i++) {
            Credit credit = credits.get(i);
            int domain = credit.domains.of(node);
            sum += domain < 0 ? 0 : credit.points[domain];
        }
        return sum;
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        long least = Arrays.stream(scores, 0, nodes.size()).min().orElse(0);
        long most = Arrays.stream(scores, 0, nodes.size()).max().orElse(0);
        for (int i = 0; i < nodes.size(); i++) {
            scores[i] = most > least ? (long) (MAX * ((double) (scores[i] - least) / (most - least))) : 0;
        }
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onAssignedPod(
                        ClusterEvent.ADD | ClusterEvent.DELETE | ClusterEvent.POD_LABELS,
                        (pod, before, now) -> helps(pod, before, now)),
                EventHint.onPendingPod(
                        ClusterEvent.POD_LABELS, (pod, before, now) -> pod.uid().equals(now.uid())),
                EventHint.always(ClusterEvent.Resource.NODE, ClusterEvent.ADD | ClusterEvent.NODE_LABELS),
                EventHint.always(ClusterEvent.Resource.NAMESPACE, ClusterEvent.UPDATE));
    }

    private boolean helps(PodInfo pod, PodInfo before, PodInfo now) {
        boolean comes =
                now != null && pod.affinity().required().stream().anyMatch(t -> t.matches(now, indexes.namespaces()));
        boolean goes = before != null
                && (pod.affinity().requiredAnti().stream().anyMatch(t -> t.matches(before, indexes.namespaces()))
                        || before.affinity().requiredAnti().stream().anyMatch(t -> t.matches(pod, indexes.namespaces()))
                        // the first of a group may go anywhere once the last one has left
                        || pod.affinity().required().stream().anyMatch(t -> t.matches(before, indexes.namespaces())));
        return comes || goes;
    }
}
