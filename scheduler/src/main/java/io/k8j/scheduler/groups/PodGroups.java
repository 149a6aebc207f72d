package io.k8j.scheduler.groups;

import io.k8j.client.ObjectKey;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The PodGroups and the Pods that name them, whether those have a node or not. Belongs to the scheduling thread.
 *
 * <p>With the feature off nothing is kept, and Pods go one by one whatever they name.
 */
public final class PodGroups {
    private final FeatureGates gates;
    private final boolean on;
    private final Function<String, PodInfo> placed;
    private final Map<ObjectKey, PodGroup> groups = new HashMap<>();
    private final Map<ObjectKey, Map<String, PodInfo>> members = new HashMap<>();
    private final Set<String> trying = new HashSet<>();
    private final List<Consumer<ObjectKey>> listeners = new ArrayList<>();

    /** @param placed the Pod of a uid on its node, in truth or by assumption; null if it has none */
    public PodGroups(FeatureGates gates, Function<String, PodInfo> placed) {
        this.gates = gates;
        this.on = gates.isOn(FeatureGates.GENERIC_WORKLOAD);
        this.placed = placed;
    }

    /** Knows nothing, ever. */
    public static PodGroups none() {
        return new PodGroups(FeatureGates.DEFAULTS, uid -> null);
    }

    public boolean isOn() {
        return on;
    }

    /** Whether groups stay in one domain of a topology if they ask for it. */
    public boolean areTopologyAware() {
        return gates.isOn(FeatureGates.TOPOLOGY_AWARE_WORKLOADS);
    }

    /** Whether groups make room and are removed as one. */
    public boolean preemptAsOne() {
        return gates.isOn(FeatureGates.WORKLOAD_AWARE_PREEMPTION);
    }

    /** The group whose claims a Pod may share; null if there is none. */
    public PodGroup sharing(PodInfo pod) {
        ObjectKey key = gates.isOn(FeatureGates.GROUP_CLAIMS) ? of(pod) : null;
        return key == null ? null : groups.get(key);
    }

    /** Notes that a Pod is only tried in its place, or no longer. */
    public void trying(PodInfo pod, boolean tried) {
        if (tried) {
            trying.add(pod.uid());
        } else {
            trying.remove(pod.uid());
        }
    }

    /** Whether a Pod of the group has a node, and not only to try it. */
    public boolean hasPlaced(ObjectKey group) {
        return pods(group).stream().anyMatch(pod -> placed.apply(pod.uid()) != null && !trying.contains(pod.uid()));
    }

    /** Told when a group comes or changes, or gets another Pod. */
    public void onChange(Consumer<ObjectKey> listener) {
        listeners.add(listener);
    }

    public void put(PodGroup group) {
        ObjectKey key = ObjectKey.of(group);
        groups.put(key, group);
        changed(key);
    }

    public void remove(PodGroup group) {
        groups.remove(ObjectKey.of(group));
    }

    /** The object; null if it is not there. */
    public PodGroup get(ObjectKey key) {
        return groups.get(key);
    }

    /** A Pod or its new version; nothing if it is in no group. */
    public void put(PodInfo pod) {
        ObjectKey key = of(pod);
        if (key == null) return;
        PodInfo before =
                members.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(pod.uid(), pod);
        if (before == null) changed(key);
    }

    public void remove(PodInfo pod) {
        ObjectKey key = of(pod);
        Map<String, PodInfo> pods = key == null ? null : members.get(key);
        if (pods == null) return;
        pods.remove(pod.uid());
        if (pods.isEmpty()) members.remove(key);
    }

    private void changed(ObjectKey key) {
        listeners.forEach(listener -> listener.accept(key));
    }

    /** The group that a Pod is scheduled with; null if it goes alone. */
    public ObjectKey of(PodInfo pod) {
        String name = on ? pod.groupName() : null;
        return name == null ? null : new ObjectKey(pod.namespace(), name);
    }

    /** All Pods of a group, in the order in which they came. */
    public Collection<PodInfo> pods(ObjectKey group) {
        return members.getOrDefault(group, Map.of()).values();
    }

    /** Those without a node. */
    public List<PodInfo> waiting(ObjectKey group) {
        return pods(group).stream()
                .filter(pod -> placed.apply(pod.uid()) == null)
                .toList();
    }

    /** Those with a node, in truth or by assumption, as they are there. */
    public List<PodInfo> onNodes(ObjectKey group) {
        return pods(group).stream()
                .map(pod -> placed.apply(pod.uid()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** How many have a node, in truth or by assumption. */
    public int placed(ObjectKey group) {
        int count = 0;
        for (PodInfo pod : pods(group)) count += placed.apply(pod.uid()) == null ? 0 : 1;
        return count;
    }
}
