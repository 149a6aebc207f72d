package io.k8j.scheduler.framework;

import io.k8j.model.selector.LabelSelector;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts, per node, the Pods of sets that plugins ask about again and again. A set is counted once, when it is first asked
 * for, and then follows the Pods. Belongs to the scheduling thread.
 */
public final class PodCounts implements Nodes.Observer {
    /** Pods with some labels in some namespaces. */
    public record Part(LabelSelector selector, Set<String> namespaces, LabelSelector namespaceSelector) {
        public static Part of(AffinityTerm term) {
            return new Part(term.selector(), term.namespaces(), term.namespaceSelector());
        }

        boolean has(PodInfo pod, AffinityTerm.NamespaceLabels labels) {
            if (!namespaces.contains(pod.namespace())
                    && (namespaceSelector.isNothing()
                            || !(namespaceSelector.isEmpty()
                                    || namespaceSelector.matches(labels.of(pod.namespace()))))) {
                return false;
            }
            return selector.matches(pod.labels());
        }
    }

    /**
     * The Pods that are in all of the parts.
     *
     * @param living whether Pods that are being deleted are left out
     */
    public record PodSet(List<Part> parts, boolean living) {
        boolean has(PodInfo pod, AffinityTerm.NamespaceLabels labels) {
            if (living && pod.isBeingDeleted()) {
                return false;
            }
            for (int i = 0; i < parts.size(); i++) {
                if (!parts.get(i).has(pod, labels)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Counts of one set. */
    public static final class Counter {
        private final PodSet set;
        private int[] bySlot;
        private int total;

        private Counter(PodSet set, int slots) {
            this.set = set;
            this.bySlot = new int[Math.max(64, slots)];
        }

        public int at(int slot) {
            return slot < bySlot.length ? bySlot[slot] : 0;
        }

        public int total() {
            return total;
        }

        private void add(int slot, int by) {
            if (slot >= bySlot.length) {
                bySlot = Arrays.copyOf(bySlot, slot * 2);
            }
            bySlot[slot] += by;
            total += by;
        }
    }

    private static final int MOST_SETS = 512;

    private final Nodes nodes;
    private final AffinityTerm.NamespaceLabels namespaces;
    private final Map<PodSet, Counter> counters = new LinkedHashMap<>(16, 0.75f, true); // least used first

    public PodCounts(Nodes nodes, AffinityTerm.NamespaceLabels namespaces) {
        this.nodes = nodes;
        this.namespaces = namespaces;
        nodes.observe(this);
    }

    public Counter of(PodSet set) {
        Counter known = counters.get(set);
        return known != null ? known : count(set);
    }

    private Counter count(PodSet set) {
        if (counters.size() >= MOST_SETS) {
            Iterator<PodSet> sets = counters.keySet().iterator();
            sets.next();
            sets.remove();
        }
        Counter counter = new Counter(set, nodes.slots());
        for (NodeInfo node : nodes.withUnknown()) {
            for (PodInfo pod : node.pods()) {
                if (set.has(pod, namespaces)) {
                    counter.add(node.slot(), 1);
                }
            }
        }
        counters.put(set, counter);
        return counter;
    }

    /** Whether the Pod would be counted. */
    public boolean has(PodSet set, PodInfo pod) {
        return set.has(pod, namespaces);
    }

    /** A namespace has other labels: sets that depend on them are counted anew. */
    public void namespaceChanged() {
        counters.keySet()
                .removeIf(set -> set.parts.stream()
                        .anyMatch(part -> !part.namespaceSelector.isNothing() && !part.namespaceSelector.isEmpty()));
    }

    @Override
    public void podAdded(NodeInfo node, PodInfo pod) {
        for (Counter counter : counters.values()) {
            if (counter.set.has(pod, namespaces)) {
                counter.add(node.slot(), 1);
            }
        }
    }

    @Override
    public void podRemoved(NodeInfo node, PodInfo pod) {
        for (Counter counter : counters.values()) {
            if (counter.set.has(pod, namespaces)) {
                counter.add(node.slot(), -1);
            }
        }
    }

    @Override
    public void nodeChanged(NodeInfo node) {}
}
