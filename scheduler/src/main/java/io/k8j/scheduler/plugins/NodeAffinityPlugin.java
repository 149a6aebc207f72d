package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeSelection;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Scores;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Holds nodes to the Pod's node selector and node affinity, and to what the profile adds for all Pods. */
final class NodeAffinityPlugin implements Plugin.PreFilter, Plugin.Filter, Plugin.PreScore, Plugin.Score {
    private record Preference(NodeSelection.Term term, int weight) {}

    private static final String NAME = "NodeAffinity";
    private static final Status REFUSED = Status.unresolvable("node(s) didn't match Pod's node affinity/selector")
            .by(NAME);
    private static final Status NOT_ADDED = Status.unresolvable("node(s) didn't match scheduler-enforced node affinity")
            .by(NAME);
    private static final Status CONFLICT =
            Status.unresolvable("pod affinity terms conflict").by(NAME);
    private static final CycleState.Key<List<Preference>> PREFERENCES = new CycleState.Key<>();

    private final NodeSelection added;
    private final List<Preference> addedPreferences;

    /** @param added for all Pods of the profile; may be null */
    NodeAffinityPlugin(NodeAffinity added) {
        this.added = added == null ? null : NodeSelection.of(added.getRequiredDuringSchedulingIgnoredDuringExecution());
        this.addedPreferences = preferences(added);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        if (added == null && !pod.hasNodeRequirements()) {
            return Status.SKIP;
        }
        Set<String> only = onlyNodes(state, pod);
        return only != null && only.isEmpty() ? CONFLICT : Status.SUCCESS;
    }

    @Override
    public Set<String> onlyNodes(CycleState state, PodInfo pod) {
        return pod.requiredNodes() == null ? null : pod.requiredNodes().nodeNames();
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        if (added != null && !added.matches(node.name(), node.labels())) {
            return NOT_ADDED;
        }
        return pod.selects(node) ? Status.SUCCESS : REFUSED;
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        Affinity affinity = pod.pod().getSpec().getAffinity();
        List<Preference> own = affinity == null ? List.of() : preferences(affinity.getNodeAffinity());
        if (own.isEmpty() && addedPreferences.isEmpty()) {
            return Status.SKIP;
        }
        List<Preference> all = new ArrayList<>(addedPreferences);
        all.addAll(own);
        state.write(PREFERENCES, all);
        return Status.SUCCESS;
    }

    private static List<Preference> preferences(NodeAffinity affinity) {
        if (affinity == null) {
            return List.of();
        }
        List<Preference> preferences = new ArrayList<>();
        for (PreferredSchedulingTerm term : affinity.getPreferredDuringSchedulingIgnoredDuringExecution()) {
            NodeSelection.Term compiled = NodeSelection.Term.of(term.getPreference());
            if (term.getWeight() != null && term.getWeight() != 0 && !compiled.isEmpty()) {
                preferences.add(new Preference(compiled, term.getWeight()));
            }
        }
        return preferences;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        List<Preference> preferences = state.read(PREFERENCES);
        long sum = 0;
        for (int i = 0; i < preferences.size(); i++) {
            Preference preference = preferences.get(i);
            if (preference.term.matches(node.name(), node.labels())) {
                sum += preference.weight;
            }
        }
        return sum;
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, nodes.size(), false);
    }

    @Override
    public List<EventHint> events() {
        return List.of(EventHint.onNode(
                ClusterEvent.ADD | ClusterEvent.NODE_LABELS,
                (pod, before, now) -> matches(pod, now) && (before == null || !matches(pod, before))));
    }

    private boolean matches(PodInfo pod, Node node) {
        Map<String, String> labels =
                Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
        String name = node.getMetadata().getName();
        if (added != null && !added.matches(name, labels)) {
            return false;
        }
        Map<String, String> wanted =
                Objects.requireNonNullElse(pod.pod().getSpec().getNodeSelector(), Map.of());
        Set<Map.Entry<String, String>> missing = new HashSet<>(wanted.entrySet());
        missing.removeAll(labels.entrySet());
        return missing.isEmpty()
                && (pod.requiredNodes() == null || pod.requiredNodes().matches(name, labels));
    }
}
