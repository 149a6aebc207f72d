package io.k8j.scheduler.plugins.preemption;

import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.groups.PodGroups;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What leaves as one when room is made for a group: a Pod, or all Pods of a group that asks for that.
 *
 * @param pods one or more
 * @param priority the Pod's, or the group's
 * @param inGroup whether the Pods belong to a group, whatever it asks for
 */
record GroupVictim(List<PodInfo> pods, int priority, boolean inGroup) {
    /** The most important first: high priority, groups before Pods, large groups, those that run longer. */
    static final Comparator<GroupVictim> IMPORTANCE = Comparator.comparingInt(GroupVictim::priority)
            .reversed()
            .thenComparing(victim -> !victim.inGroup)
            .thenComparing(victim -> victim.inGroup ? -victim.pods.size() : 0)
            .thenComparing(GroupVictim::earliestStart);

    /** Everything on some nodes, in the order of the nodes. */
    static Collection<GroupVictim> on(Collection<NodeInfo> nodes, PodGroups groups) {
        Map<String, GroupVictim> victims = new LinkedHashMap<>(); // by uid
        for (NodeInfo node : nodes) {
            for (PodInfo pod : node.pods()) {
                ObjectKey key = groups.of(pod);
                PodGroup group = key == null ? null : groups.get(key);
                if (group == null || !group.isDisruptedAsOne()) {
                    victims.put(pod.uid(), new GroupVictim(List.of(pod), pod.priority(), key != null));
                } else {
                    victims.computeIfAbsent(
                                    group.getMetadata().getUid(),
                                    uid -> new GroupVictim(new ArrayList<>(), group.priority(), true))
                            .pods
                            .add(pod);
                }
            }
        }
        return victims.values();
    }

    private String earliestStart() {
        return pods.stream()
                .map(Victims::startTime)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }
}
