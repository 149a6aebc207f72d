package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What happens when only the number of replicas changes: no step of a rollout is made, all sets keep their shares. */
final class Scaling {
    private Scaling() {}

    /** Whether a set was last sized for another number of replicas. */
    static boolean isDue(Deployment deployment, List<ReplicaSet> all) {
        int wanted = RolloutMath.replicas(deployment);
        return Revisions.active(all).stream()
                .anyMatch(set -> Revisions.number(set, Revisions.DESIRED)
                        .filter(desired -> desired != wanted)
                        .isPresent());
    }

    /** The new size of each set that must change. */
    static Map<ReplicaSet, Integer> sizes(
            Deployment deployment, Optional<ReplicaSet> newSet, List<ReplicaSet> oldSets) {
        int wanted = RolloutMath.replicas(deployment);
        Optional<ReplicaSet> only = onlyActiveOrLatest(newSet, oldSets);
        if (only.isPresent()) {
            return Map.of(only.get(), wanted);
        }
        Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
        if (newSet.isPresent() && isSaturated(deployment, newSet.get())) {
            Revisions.active(oldSets).forEach(set -> sizes.put(set, 0));
            return sizes;
        }
        if (!RolloutMath.isRolling(deployment)) {
            return sizes;
        }
        List<ReplicaSet> active = new ArrayList<>(Revisions.active(oldSets));
        newSet.filter(set -> RolloutMath.replicas(set) > 0).ifPresent(active::add);
        int allowed = wanted > 0 ? wanted + RolloutMath.maxSurge(deployment) : 0;
        int toAdd = allowed - RolloutMath.wanted(active);
        Comparator<ReplicaSet> bigFirst = Comparator.comparingInt(set -> -RolloutMath.replicas(set));
        active.sort(bigFirst.thenComparing(toAdd > 0 ? Revisions.OLDEST_FIRST.reversed() : Revisions.OLDEST_FIRST));
        int added = 0;
        for (ReplicaSet set : active) {
            int share = toAdd == 0 ? 0 : share(deployment, set, toAdd, added);
            sizes.put(set, RolloutMath.replicas(set) + share);
            added += share;
        }
        if (toAdd != 0 && !active.isEmpty()) {
            int leftover = toAdd - added;
            sizes.merge(active.getFirst(), leftover, (size, more) -> Math.max(0, size + more));
        }
        return sizes;
    }

    private static Optional<ReplicaSet> onlyActiveOrLatest(Optional<ReplicaSet> newSet, List<ReplicaSet> oldSets) {
        List<ReplicaSet> all = new ArrayList<>(oldSets);
        newSet.ifPresent(all::add);
        List<ReplicaSet> active = Revisions.active(all);
        return switch (active.size()) {
            case 0 -> newSet.or(() -> oldSets.stream().max(Revisions.OLDEST_FIRST));
            case 1 -> Optional.of(active.getFirst());
            default -> Optional.empty();
        };
    }

    /** Whether the new set is as large as the Deployment, was sized for that, and all its Pods are available. */
    private static boolean isSaturated(Deployment deployment, ReplicaSet set) {
        int wanted = RolloutMath.replicas(deployment);
        return RolloutMath.replicas(set) == wanted
                && Revisions.number(set, Revisions.DESIRED).orElse(-1) == wanted
                && RolloutMath.available(set) == wanted;
    }

    private static int share(Deployment deployment, ReplicaSet set, int toAdd, int added) {
        if (RolloutMath.replicas(set) == 0 || toAdd == added) {
            return 0;
        }
        int fraction = fraction(deployment, set);
        int left = toAdd - added;
        return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
    }

    private static int fraction(Deployment deployment, ReplicaSet set) {
        int wanted = RolloutMath.replicas(deployment);
        if (wanted == 0) {
            return -RolloutMath.replicas(set);
        }
        int before = Revisions.number(set, Revisions.MAX)
                .filter(max -> max != 0)
                .orElseGet(() -> deployment.getStatus() == null
                        ? 0
                        : Nulls.or(deployment.getStatus().getReplicas(), 0));
        if (before == 0) {
            return 0;
        }
        double share = (double) RolloutMath.replicas(set) * (wanted + RolloutMath.maxSurge(deployment)) / before;
        return (int) Math.round(share) - RolloutMath.replicas(set);
    }
}
