package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Pod asks of its neighbours.
 *
 * @param required Pods that must be near
 * @param requiredAnti Pods that must not be near
 * @param preferred Pods that are good to have near
 * @param preferredAnti Pods that are bad to have near; weights are positive here
 */
public record AffinityTerms(
        List<AffinityTerm> required,
        List<AffinityTerm> requiredAnti,
        List<Weighted> preferred,
        List<Weighted> preferredAnti) {
    /** A term that counts. */
    public record Weighted(AffinityTerm term, int weight) {}

    public static final AffinityTerms NONE = new AffinityTerms(List.of(), List.of(), List.of(), List.of());

    public boolean isEmpty() {
        return this == NONE;
    }

    static AffinityTerms of(Pod pod) {
        Affinity affinity = pod.getSpec().getAffinity();
        if (affinity == null || (affinity.getPodAffinity() == null && affinity.getPodAntiAffinity() == null)) {
            return NONE;
        }
        List<AffinityTerm> required = List.of();
        List<AffinityTerm> requiredAnti = List.of();
        List<Weighted> preferred = List.of();
        List<Weighted> preferredAnti = List.of();
        if (affinity.getPodAffinity() != null) {
            required = terms(pod, affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
            preferred = weighted(pod, affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
        }
        if (affinity.getPodAntiAffinity() != null) {
            requiredAnti =
                    terms(pod, affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
            preferredAnti =
                    weighted(pod, affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
        }
        if (required.isEmpty() && requiredAnti.isEmpty() && preferred.isEmpty() && preferredAnti.isEmpty()) {
            return NONE;
        }
        return new AffinityTerms(required, requiredAnti, preferred, preferredAnti);
    }

    private static List<AffinityTerm> terms(Pod pod, List<PodAffinityTerm> terms) {
        List<AffinityTerm> compiled = new ArrayList<>(terms.size());
        terms.forEach(term -> compiled.add(AffinityTerm.of(pod, term)));
        return compiled;
    }

    private static List<Weighted> weighted(Pod pod, List<WeightedPodAffinityTerm> terms) {
        List<Weighted> compiled = new ArrayList<>(terms.size());
        for (WeightedPodAffinityTerm term : terms) {
            int weight = term.getWeight() == null ? 0 : term.getWeight();
            if (weight != 0) {
                compiled.add(new Weighted(AffinityTerm.of(pod, term.getPodAffinityTerm()), weight));
            }
        }
        return compiled;
    }
}
