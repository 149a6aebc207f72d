package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.k8j.controllers.support.IntOrPercent;
import io.k8j.controllers.support.Nulls;
import java.util.Collection;

/** The numbers of a rollout. */
final class RolloutMath {
    private RolloutMath() {}

    static int replicas(Deployment deployment) {
        return Nulls.or(deployment.getSpec().getReplicas(), 1);
    }

    static int replicas(ReplicaSet set) {
        return Nulls.or(set.getSpec().getReplicas(), 1);
    }

    static int statusReplicas(ReplicaSet set) {
        return set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getReplicas(), 0);
    }

    static int available(ReplicaSet set) {
        return set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getAvailableReplicas(), 0);
    }

    static int ready(ReplicaSet set) {
        return set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getReadyReplicas(), 0);
    }

    static int terminating(ReplicaSet set) {
        return set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getTerminatingReplicas(), 0);
    }

    static int wanted(Collection<ReplicaSet> sets) {
        return sets.stream().mapToInt(RolloutMath::replicas).sum();
    }

    static boolean isRolling(Deployment deployment) {
        return deployment.getSpec().getStrategy() == null
                || !"Recreate".equals(deployment.getSpec().getStrategy().getType());
    }

    private static RollingUpdateDeployment rolling(Deployment deployment) {
        return deployment.getSpec().getStrategy() == null
                ? null
                : deployment.getSpec().getStrategy().getRollingUpdate();
    }

    /** How many Pods there may be above the wanted number. */
    static int maxSurge(Deployment deployment) {
        if (!isRolling(deployment)) {
            return 0;
        }
        RollingUpdateDeployment rolling = rolling(deployment);
        int total = replicas(deployment);
        int quarter = (int) Math.ceil(total * 0.25);
        return rolling == null ? quarter : IntOrPercent.of(rolling.getMaxSurge(), total, true, quarter);
    }

    /** How many Pods may be missing below the wanted number; never 0 when the surge is 0, or nothing could move. */
    static int maxUnavailable(Deployment deployment) {
        int total = replicas(deployment);
        if (!isRolling(deployment) || total == 0) {
            return 0;
        }
        RollingUpdateDeployment rolling = rolling(deployment);
        int quarter = (int) Math.floor(total * 0.25);
        int unavailable =
                rolling == null ? quarter : IntOrPercent.of(rolling.getMaxUnavailable(), total, false, quarter);
        if (unavailable == 0 && maxSurge(deployment) == 0) {
            unavailable = 1;
        }
        return Math.min(unavailable, total);
    }

    /** The new set's size for the next step. */
    static int newReplicas(Deployment deployment, Collection<ReplicaSet> all, ReplicaSet newSet) {
        int wanted = replicas(deployment);
        int have = replicas(newSet);
        if (!isRolling(deployment)) {
            return wanted;
        }
        int room = wanted + maxSurge(deployment) - wanted(all);
        return room <= 0 ? have : have + Math.min(room, Math.max(0, wanted - have));
    }
}
