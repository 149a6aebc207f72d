package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The next step of a rolling update. */
final class RollingUpdate {
    private RollingUpdate() {}

    /** New sizes for the next step; empty when there is nothing to do until Pods have changed. */
    static Map<ReplicaSet, Integer> step(Deployment deployment, ReplicaSet newSet, List<ReplicaSet> oldSets) {
        List<ReplicaSet> all = new ArrayList<>(oldSets);
        all.add(newSet);
        int wanted = RolloutMath.replicas(deployment);
        int size = RolloutMath.replicas(newSet);
        int next = size > wanted ? wanted : RolloutMath.newReplicas(deployment, all, newSet);
        return next != size ? Map.of(newSet, next) : shrink(deployment, newSet, oldSets, all);
    }

    private static Map<ReplicaSet, Integer> shrink(
            Deployment deployment, ReplicaSet newSet, List<ReplicaSet> oldSets, List<ReplicaSet> all) {
        int minAvailable = RolloutMath.replicas(deployment) - RolloutMath.maxUnavailable(deployment);
        int newUnavailable = RolloutMath.replicas(newSet) - RolloutMath.available(newSet);
        int removable = RolloutMath.wanted(all) - minAvailable - newUnavailable;
        if (removable <= 0 || RolloutMath.wanted(oldSets) == 0) {
            return Map.of();
        }
        List<ReplicaSet> oldest = new ArrayList<>(oldSets);
        oldest.sort(Revisions.OLDEST_FIRST);
        Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
        removeUnhealthy(oldest, removable, sizes);
        int available = all.stream().mapToInt(RolloutMath::available).sum();
        removeHealthy(oldest, available - minAvailable, sizes);
        return sizes;
    }

    /** Pods that are not available serve nobody: they go first and do not count as loss. */
    private static void removeUnhealthy(List<ReplicaSet> oldest, int removable, Map<ReplicaSet, Integer> sizes) {
        int left = removable;
        for (ReplicaSet set : oldest) {
            int size = RolloutMath.replicas(set);
            int unhealthy = Math.min(left, size - Math.min(size, RolloutMath.available(set)));
            if (unhealthy > 0) {
                sizes.put(set, size - unhealthy);
                left -= unhealthy;
            }
        }
    }

    private static void removeHealthy(List<ReplicaSet> oldest, int removable, Map<ReplicaSet, Integer> sizes) {
        int left = removable;
        for (ReplicaSet set : oldest) {
            int size = sizes.getOrDefault(set, RolloutMath.replicas(set));
            int healthy = Math.min(left, size);
            if (healthy > 0) {
                sizes.put(set, size - healthy);
                left -= healthy;
            }
        }
    }
}
