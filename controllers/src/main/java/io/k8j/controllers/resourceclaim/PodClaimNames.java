package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.List;

/** Names of the claims that a Pod uses. Pure functions. */
final class PodClaimNames {
    private PodClaimNames() {}

    static List<PodResourceClaim> of(Pod pod) {
        return Nulls.list(pod.getSpec().getResourceClaims());
    }

    /** What a Pod's entry stands for. */
    sealed interface Name {
        /** @param generated whether the claim must be the Pod's own */
        record Known(String name, boolean generated) implements Name {}

        /** It turned out that none is needed. */
        record None() implements Name {}

        /** The claim of the template is not there yet. */
        record NotYet() implements Name {}
    }

    static Name of(Pod pod, PodResourceClaim entry) {
        if (entry.getResourceClaimName() != null) {
            return new Name.Known(entry.getResourceClaimName(), false);
        }
        if (pod.getStatus() != null) {
            for (PodResourceClaimStatus status : Nulls.list(pod.getStatus().getResourceClaimStatuses())) {
                if (status.getName().equals(entry.getName())) {
                    return status.getResourceClaimName() == null
                            ? new Name.None()
                            : new Name.Known(status.getResourceClaimName(), true);
                }
            }
        }
        return new Name.NotYet();
    }

    /** All claims of a Pod that are known by name, with the one that the scheduler made for extended resources. */
    static List<String> allKnown(Pod pod) {
        List<PodResourceClaim> entries = of(pod);
        String extended = pod.getStatus() == null || pod.getStatus().getExtendedResourceClaimStatus() == null
                ? null
                : pod.getStatus().getExtendedResourceClaimStatus().getResourceClaimName();
        if (entries.isEmpty() && extended == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (PodResourceClaim entry : entries) {
            if (of(pod, entry) instanceof Name.Known(String name, boolean generated)) {
                names.add(name);
            }
        }
        if (extended != null) {
            names.add(extended);
        }
        return names;
    }

    /** Whether no container of the Pod runs or will run. */
    static boolean isDone(Pod pod) {
        return Pods.isFinished(pod) || Nulls.isDeleting(pod) && !Pods.isScheduled(pod);
    }

    static boolean isAllocated(ResourceClaim claim) {
        return claim.getStatus() != null && claim.getStatus().getAllocation() != null;
    }

    static boolean isReservedFor(ResourceClaim claim, Pod pod) {
        return claim.getStatus() != null
                && claim.getStatus().getReservedFor().stream()
                        .anyMatch(consumer -> Nulls.uid(pod).equals(consumer.getUid()));
    }
}
