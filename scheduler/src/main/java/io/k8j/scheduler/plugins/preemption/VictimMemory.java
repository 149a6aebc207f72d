package io.k8j.scheduler.plugins.preemption;

import io.k8j.scheduler.framework.LocalSpec;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PodInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which Pods would have to leave which node for Pods that are equal in all that local plugins look at, and in
 * priority. An answer holds until its node, its Pods or the disruption budgets change. So of thousands of equal Pods that
 * preempt, each costs a new look at the few nodes that the ones before it have changed, not at hundreds of candidates.
 * Belongs to the scheduling thread.
 */
final class VictimMemory {
    private record Kind(LocalSpec spec, int priority) {}

    /** Answers for one kind of Pods, by slot. */
    static final class Of {
        private final Nodes nodes;
        private final long budgets;
        private Object[] answers = {};
        private long[] versions = {};

        private Of(Nodes nodes, long budgets) {
            this.nodes = nodes;
            this.budgets = budgets;
        }

        /** The answer that was given about the node as it is; null if there is none. */
        Object get(NodeInfo node) {
            int slot = node.slot();
            return slot < versions.length && versions[slot] == nodes.contents(node) ? answers[slot] : null;
        }

        void put(NodeInfo node, Object answer) {
            int slot = node.slot();
            if (slot >= versions.length) {
                int length = Math.max(slot + 1, nodes.slots());
                answers = Arrays.copyOf(answers, length);
                versions = Arrays.copyOf(versions, length);
            }
            answers[slot] = answer;
            versions[slot] = nodes.contents(node);
        }
    }

    private static final int KINDS = 8;

    private final Nodes nodes;
    private final Map<Kind, Of> kinds = new LinkedHashMap<>(16, 0.75f, true) { // least used first
                @Override
                protected boolean removeEldestEntry(Map.Entry<Kind, Of> eldest) {
                    return size() > KINDS;
                }
            };

    VictimMemory(Nodes nodes) {
        this.nodes = nodes;
    }

    /** @param budgets grows with each change of a disruption budget */
    Of of(PodInfo pod, long budgets) {
        Kind kind = new Kind(pod.localSpec(), pod.priority());
        Of known = kinds.get(kind);
        if (known == null || known.budgets != budgets) {
            known = new Of(nodes, budgets);
            kinds.put(kind, known);
        }
        return known;
    }
}
