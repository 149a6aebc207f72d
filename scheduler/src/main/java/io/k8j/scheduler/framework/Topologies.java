package io.k8j.scheduler.framework;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers the domains of topologies: the values that nodes have for a label. Belongs to the scheduling thread. */
public final class Topologies implements Nodes.Observer {
    /** The domains of one label. */
    public static final class Domains {
        private final String key;
        private final Map<String, Integer> numbers = new HashMap<>();
        private int[] bySlot = new int[0];

        private Domains(String key) {
            this.key = key;
        }

        /** All numbers are below this. */
        public int count() {
            return numbers.size();
        }

        /** Number of the node's domain; -1 if it lacks the label or is not known. */
        public int of(NodeInfo node) {
            return bySlot[node.slot()];
        }

        /** {@link #of} by slot; -1 for free slots. */
        public int at(int slot) {
            return bySlot[slot];
        }

        private void set(NodeInfo node) {
            if (node.slot() >= bySlot.length) {
                int known = bySlot.length;
                bySlot = Arrays.copyOf(bySlot, Math.max(64, node.slot() * 2));
                Arrays.fill(bySlot, known, bySlot.length, -1);
            }
            String value = node.node() == null ? null : node.labels().get(key);
            bySlot[node.slot()] = value == null ? -1 : numbers.computeIfAbsent(value, v -> numbers.size());
        }
    }

    private final Nodes nodes;
    private final Map<String, Domains> byKey = new HashMap<>();

    public Topologies(Nodes nodes) {
        this.nodes = nodes;
        nodes.observe(this);
    }

    /** Valid until nodes change. */
    public Domains of(String key) {
        Domains known = byKey.get(key);
        if (known == null || known.count() > 2 * nodes.slots() + 1000) { // many values that no node has any more
            known = new Domains(key);
            byKey.put(key, known);
            for (NodeInfo node : nodes.withUnknown()) {
                known.set(node);
            }
        }
        return known;
    }

    @Override
    public void podAdded(NodeInfo node, PodInfo pod) {
        if (node.node() == null) {
            nodeChanged(node); // the slot may be new
        }
    }

    @Override
    public void podRemoved(NodeInfo node, PodInfo pod) {}

    @Override
    public void nodeChanged(NodeInfo node) {
        byKey.values().forEach(domains -> domains.set(node));
    }
}
