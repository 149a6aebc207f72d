package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The claims that a Pod names.
 *
 * @param claims in the Pod's order; those that it turned out not to need are left out
 * @param problem upstream's sentence about the first that cannot be used; null if there is none
 */
public record PodClaims(List<ResourceClaim> claims, String problem) {
    private static final PodClaims NONE = new PodClaims(List.of(), null);

    /** @param lookup gives null for a claim that is not there */
    public static PodClaims of(PodInfo pod, Function<ObjectKey, ResourceClaim> lookup) {
        List<PodResourceClaim> named = pod.pod().getSpec().getResourceClaims();
        if (named == null || named.isEmpty()) {
            return NONE;
        }
        List<ResourceClaim> claims = new ArrayList<>(named.size());
        for (PodResourceClaim entry : named) {
            String problem = add(pod, entry, lookup, claims);
            if (problem != null) {
                return new PodClaims(List.of(), problem);
            }
        }
        return new PodClaims(claims, null);
    }

    private static String add(
            PodInfo pod,
            PodResourceClaim entry,
            Function<ObjectKey, ResourceClaim> lookup,
            List<ResourceClaim> claims) {
        String name = entry.getResourceClaimName();
        boolean generated = name == null;
        if (generated) {
            if (entry.getResourceClaimTemplateName() == null) {
                return "pod \"%s\", spec.resourceClaim \"%s\": none of the supported fields are set"
                        .formatted(pod.key(), entry.getName());
            }
            PodResourceClaimStatus status = pod.pod().getStatus().getResourceClaimStatuses().stream()
                    .filter(s -> s.getName().equals(entry.getName()))
                    .findFirst()
                    .orElse(null);
            if (status == null) {
                return "pod \"%s\": ResourceClaim not created yet".formatted(pod.key());
            }
            name = status.getResourceClaimName();
        }
        if (name == null) {
            return null; // none is needed
        }
        ObjectKey key = new ObjectKey(pod.namespace(), name);
        ResourceClaim claim = lookup.apply(key);
        if (claim == null) {
            return "could not find ResourceClaim \"%s\"".formatted(key);
        }
        if (claim.getMetadata().getDeletionTimestamp() != null) {
            return "resourceclaim \"%s\" is being deleted".formatted(name);
        }
        if (generated && !isOwnedBy(claim, pod)) {
            return "ResourceClaim %s was not created for Pod %s (Pod is not owner)".formatted(key, pod.key());
        }
        claims.add(claim);
        return null;
    }

    static boolean isOwnedBy(ResourceClaim claim, PodInfo pod) {
        for (OwnerReference owner : claim.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController()) && pod.uid().equals(owner.getUid())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the Pod may use the claim. */
    public static boolean isReservedFor(ResourceClaim claim, String podUid) {
        if (claim.getStatus() == null) {
            return false;
        }
        for (ResourceClaimConsumerReference consumer : claim.getStatus().getReservedFor()) {
            if (podUid.equals(consumer.getUid())) {
                return true;
            }
        }
        return false;
    }
}
