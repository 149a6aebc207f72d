package io.k8j.scheduler.plugins.preemption;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.Selectors;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Sorts Pods by whether their eviction breaks a PodDisruptionBudget, given those before them are evicted, too.
 *
 * @param violating Pods whose budget is used up
 * @param others all others
 */
record Disruptions(List<PodInfo> violating, List<PodInfo> others) {
    static Disruptions of(List<PodInfo> pods, Collection<PodDisruptionBudget> budgets) {
        List<PodDisruptionBudget> all = List.copyOf(budgets);
        int[] allowed = new int[all.size()];
        for (int i = 0; i < allowed.length; i++) {
            Integer disruptions = all.get(i).getStatus() == null
                    ? null
                    : all.get(i).getStatus().getDisruptionsAllowed();
            allowed[i] = disruptions == null ? 0 : disruptions;
        }
        Disruptions sorted = new Disruptions(new ArrayList<>(), new ArrayList<>());
        for (PodInfo pod : pods) {
            boolean violates = false;
            for (int i = 0; i < allowed.length; i++) {
                if (covers(all.get(i), pod)) {
                    violates |= --allowed[i] < 0;
                }
            }
            (violates ? sorted.violating : sorted.others).add(pod);
        }
        return sorted;
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
