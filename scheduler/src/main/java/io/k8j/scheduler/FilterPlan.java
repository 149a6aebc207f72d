package io.k8j.scheduler;

import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.metrics.Evaluations;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the PreFilter plugins have left to do for one Pod. Belongs to the scheduling thread. */
final class FilterPlan {
    /** A filter and where its evaluations are counted. */
    record Counted(Plugin.Filter plugin, Evaluations count) {}

    final Set<String> skipped = new HashSet<>();
    final TreeSet<String> narrowing = new TreeSet<>();
    final List<Counted> local = new ArrayList<>();
    final List<Counted> global = new ArrayList<>();
    Set<String> only; // names of nodes; null for all

    /**
     * Leaves only these nodes.
     *
     * @param names null for all
     * @return whether no node is left
     */
    boolean narrow(Plugin plugin, Set<String> names) {
        if (names == null) {
            return false;
        }
        narrowing.add(plugin.name());
        if (only == null) {
            only = new HashSet<>(names);
        } else {
            only.retainAll(names);
        }
        return only.isEmpty();
    }
}
