package io.k8j.scheduler.framework;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The terms of the Pods on nodes, equal ones together, with the number of Pods per node that have each. Pods of one
 * workload share their terms, so there are few groups. Belongs to the scheduling thread.
 */
public final class TermIndex implements Nodes.Observer {
    /** What a term does. */
    public enum Kind {
        REQUIRED,
        REQUIRED_ANTI,
        PREFERRED,
        PREFERRED_ANTI
    }

    /** Pods that have the same term with the same weight. */
    public static final class Group {
        private final AffinityTerm term;
        private final int weight;
        private int[] bySlot = new int[64];
        private int total;

        private Group(AffinityTerm term, int weight) {
            this.term = term;
            this.weight = weight;
        }

        public AffinityTerm term() {
            return term;
        }

        /** 1 for required terms. */
        public int weight() {
            return weight;
        }

        public int at(int slot) {
            return slot < bySlot.length ? bySlot[slot] : 0;
        }

        private void add(int slot, int by) {
            if (slot >= bySlot.length) {
                bySlot = Arrays.copyOf(bySlot, slot * 2);
            }
            bySlot[slot] += by;
            total += by;
        }
    }

    private record Key(AffinityTerm term, int weight) {}

    private final Map<Kind, Map<Key, Group>> groups = new EnumMap<>(Kind.class);

    public TermIndex(Nodes nodes) {
        for (Kind kind : Kind.values()) {
            groups.put(kind, new HashMap<>());
        }
        nodes.observe(this);
    }

    public Collection<Group> of(Kind kind) {
        return groups.get(kind).values();
    }

    @Override
    public void podAdded(NodeInfo node, PodInfo pod) {
        count(node, pod, 1);
    }

    @Override
    public void podRemoved(NodeInfo node, PodInfo pod) {
        count(node, pod, -1);
    }

    @Override
    public void nodeChanged(NodeInfo node) {}

    private void count(NodeInfo node, PodInfo pod, int by) {
        AffinityTerms terms = pod.affinity();
        if (terms.isEmpty()) {
            return;
        }
        terms.required().forEach(term -> count(Kind.REQUIRED, term, 1, node.slot(), by));
        terms.requiredAnti().forEach(term -> count(Kind.REQUIRED_ANTI, term, 1, node.slot(), by));
        terms.preferred().forEach(t -> count(Kind.PREFERRED, t.term(), t.weight(), node.slot(), by));
        terms.preferredAnti().forEach(t -> count(Kind.PREFERRED_ANTI, t.term(), t.weight(), node.slot(), by));
    }

    private void count(Kind kind, AffinityTerm term, int weight, int slot, int by) {
        Key key = new Key(term, weight);
        Group group = groups.get(kind).computeIfAbsent(key, k -> new Group(term, weight));
        group.add(slot, by);
        if (group.total == 0) {
            groups.get(kind).remove(key);
        }
    }
}
