package io.k8j.kubelet.dra;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerExtendedResourceRequest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodExtendedResourceClaimStatus;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.ResourceClaim;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which claims, and which requests of them, a Pod's containers use. Pure. */
final class PodClaims {
    private PodClaims() {}

    /** The requests of a container by the claims' names; an empty request stands for all. */
    static Map<String, List<String>> of(Pod pod, Container container) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        if (container.getResources() == null) return wanted;
        for (ResourceClaim use : orEmpty(container.getResources().getClaims())) {
            name(pod, use.getName())
                    .ifPresent(claim -> wanted.computeIfAbsent(claim, name -> new ArrayList<>())
                            .add(use.getRequest() == null ? "" : use.getRequest()));
        }
        PodExtendedResourceClaimStatus extended =
                pod.getStatus() == null ? null : pod.getStatus().getExtendedResourceClaimStatus();
        if (extended != null) {
            for (ContainerExtendedResourceRequest mapping : orEmpty(extended.getRequestMappings())) {
                if (container.getName().equals(mapping.getContainerName()) && asks(container, mapping)) {
                    wanted.computeIfAbsent(extended.getResourceClaimName(), name -> new ArrayList<>())
                            .add(mapping.getRequestName());
                }
            }
        }
        return wanted;
    }

    private static boolean asks(Container container, ContainerExtendedResourceRequest mapping) {
        return container.getResources().getRequests() != null
                && container.getResources().getRequests().containsKey(mapping.getResourceName());
    }

    /** The claim behind an entry of the Pod's spec; empty if there is none. */
    private static Optional<String> name(Pod pod, String entry) {
        for (PodResourceClaim claim : orEmpty(pod.getSpec().getResourceClaims())) {
            if (!claim.getName().equals(entry)) continue;
            if (claim.getResourceClaimName() != null) return Optional.of(claim.getResourceClaimName());
            List<PodResourceClaimStatus> statuses = pod.getStatus() == null
                    ? List.of()
                    : orEmpty(pod.getStatus().getResourceClaimStatuses());
            return statuses.stream()
                    .filter(status -> status.getName().equals(entry) && status.getResourceClaimName() != null)
                    .map(PodResourceClaimStatus::getResourceClaimName)
                    .findFirst();
        }
        return Optional.empty();
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
