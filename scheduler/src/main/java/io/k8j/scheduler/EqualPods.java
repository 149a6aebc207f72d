package io.k8j.scheduler;

import io.k8j.scheduler.framework.LocalSpec;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers what the local plugins said about nodes for Pods that are equal in all that those plugins look at. An answer
 * holds until its node changes, and scores also until the set of nodes or their images change. So of thousands of equal
 * Pods each costs a new look at the one node that the last Pod went to.
 *
 * <p>Only Pods that were seen before get a memory, and the 32 kinds that were seen last keep theirs. Belongs to the
 * scheduling thread.
 */
final class EqualPods {
    /** Answers for one kind of Pods, by slot. */
    static final class Memory {
        private static final long NEVER = -1;

        private final int plugins;
        private Status[] statuses = new Status[0];
        private long[] filteredAt = new long[0];
        private long[] scoredAt = new long[0];
        private long[][] scores;
        private long epoch = NEVER;

        private Memory(int plugins) {
            this.plugins = plugins;
            this.scores = new long[plugins][0];
        }

        private void fit(Nodes nodes) {
            int known = statuses.length;
            if (known < nodes.slots()) {
                int length = Math.max(64, nodes.slots() * 5 / 4);
                statuses = Arrays.copyOf(statuses, length);
                filteredAt = grown(filteredAt, length);
                scoredAt = grown(scoredAt, length);
                for (int i = 0; i < plugins; i++) {
                    scores[i] = Arrays.copyOf(scores[i], length);
                }
            }
            if (epoch != nodes.epoch()) {
                epoch = nodes.epoch();
                Arrays.fill(scoredAt, NEVER);
            }
        }

        private static long[] grown(long[] versions, int length) {
            long[] grown = Arrays.copyOf(versions, length);
            Arrays.fill(grown, versions.length, length, NEVER);
            return grown;
        }

        /** Null if the filters must be asked. */
        Status status(int slot, long version) {
            return filteredAt[slot] == version ? statuses[slot] : null;
        }

        void status(int slot, long version, Status status) {
            filteredAt[slot] = version;
            statuses[slot] = status;
        }

        /** Whether {@link #scores} hold for the node; if not, they are taken to hold from now on. */
        boolean hasScores(int slot, long version) {
            if (scoredAt[slot] == version) {
                return true;
            }
            scoredAt[slot] = version;
            return false;
        }

        /** Of one plugin, by slot; before they are normalized. */
        long[] scores(int plugin) {
            return scores[plugin];
        }
    }

    /** Priority decides which of the Pods that are nominated to a node count against another. */
    private record Kind(LocalSpec spec, int priority) {}

    private static final int KINDS = 32;
    private static final int SEEN_ONCE = 256;

    private final Nodes nodes;
    private final Map<Kind, Memory> memories = lastUsed(KINDS);
    private final Map<Kind, Boolean> seen = lastUsed(SEEN_ONCE);

    EqualPods(Nodes nodes) {
        this.nodes = nodes;
    }

    private static <K, V> Map<K, V> lastUsed(int limit) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > limit;
            }
        };
    }

    /** Null for a Pod that no other was equal to lately. */
    Memory of(PodInfo pod, int plugins) {
        Kind kind = new Kind(pod.localSpec(), pod.priority());
        Memory memory = memories.get(kind);
        if (memory == null) {
            if (seen.put(kind, true) == null) {
                return null;
            }
            memory = new Memory(plugins);
            memories.put(kind, memory);
        }
        memory.fit(nodes);
        return memory;
    }
}
