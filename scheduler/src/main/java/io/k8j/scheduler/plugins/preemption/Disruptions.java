package io.k8j.scheduler.plugins.preemption;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.Selectors;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * Sorts Pods by whether their eviction breaks a PodDisruptionBudget, given those before them are evicted, too.
 *
 * @param violating Pods whose budget is used up
 * @param others all others
 */
record Disruptions(List<PodInfo> violating, List<PodInfo> others) {
    static Disruptions of(List<PodInfo> pods, Collection<PodDisruptionBudget> budgets) {
        Disruptions sorted = new Disruptions(new ArrayList<>(), new ArrayList<>());
        Left left = Left.of(budgets);
        for (PodInfo pod : pods) {
            (left.breaks(pod, false) ? sorted.violating : sorted.others).add(pod);
        }
        return sorted;
    }

    /** Those of some sets of Pods that hold one whose budget is used up, given those before it are evicted, too. */
    static <T> List<T> violating(
            List<T> sets, Function<T, List<PodInfo>> podsOf, Collection<PodDisruptionBudget> budgets) {
        Left left = Left.of(budgets);
        List<T> violating = new ArrayList<>();
        for (T set : sets) {
            for (PodInfo pod : podsOf.apply(set)) {
                if (left.breaks(pod, true)) {
                    violating.add(set);
                    break;
                }
            }
        }
        return violating;
    }

    /** How many disruptions the budgets still allow. */
    private record Left(List<PodDisruptionBudget> budgets, int[] allowed) {
        static Left of(Collection<PodDisruptionBudget> budgets) {
            List<PodDisruptionBudget> all = List.copyOf(budgets);
            int[] allowed = new int[all.size()];
            for (int i = 0; i < allowed.length; i++) {
                Integer disruptions = all.get(i).getStatus() == null
                        ? null
                        : all.get(i).getStatus().getDisruptionsAllowed();
                allowed[i] = disruptions == null ? 0 : disruptions;
            }
            return new Left(all, allowed);
        }

        /** Counts the Pod. @param once whether the budgets after a broken one are left alone */
        boolean breaks(PodInfo pod, boolean once) {
            boolean breaks = false;
            for (int i = 0; i < allowed.length && !(once && breaks); i++) {
                if (covers(budgets.get(i), pod)) breaks |= --allowed[i] < 0;
            }
            return breaks;
        }
    }

    private static boolean covers(PodDisruptionBudget budget, PodInfo pod) {
        return !pod.labels().isEmpty()
                && budget.getMetadata().getNamespace().equals(pod.namespace())
                && !Selectors.isEmpty(budget.getSpec().getSelector())
                && Selectors.matches(budget.getSpec().getSelector(), pod.labels())
                && (budget.getStatus() == null
                        || budget.getStatus().getDisruptedPods() == null
                        || !budget.getStatus()
                                .getDisruptedPods()
                                .containsKey(pod.key().name()));
    }
}
