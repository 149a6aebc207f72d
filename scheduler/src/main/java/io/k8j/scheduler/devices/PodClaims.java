package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The claims that a Pod names.
 *
 * @param claims in the Pod's order; those that it turned out not to need are left out
 * @param consumers who is to use each of them: the Pod, or its group
 * @param problem upstream's sentence about the first that cannot be used; null if there is none
 */
public record PodClaims(List<ResourceClaim> claims, List<ResourceClaimConsumerReference> consumers, String problem) {
    private static final PodClaims NONE = new PodClaims(List.of(), List.of(), null);

    /**
     * The claims of a Pod.
     *
     * @param lookup gives null for a claim that is not there
     * @param group whose claims the Pod may share; null for none
     */
    public static PodClaims of(PodInfo pod, Function<ObjectKey, ResourceClaim> lookup, PodGroup group) {
        List<PodResourceClaim> named = pod.pod().getSpec().getResourceClaims();
        if (named == null || named.isEmpty()) {
            return NONE;
        }
        List<ResourceClaim> claims = new ArrayList<>(named.size());
        List<ResourceClaimConsumerReference> consumers = new ArrayList<>(named.size());
        for (PodResourceClaim entry : named) {
            String problem = add(pod, entry, lookup, group, claims);
            if (problem != null) {
                return new PodClaims(List.of(), List.of(), problem);
            }
            if (consumers.size() < claims.size()) consumers.add(consumer(pod, entry, group));
        }
        return new PodClaims(claims, consumers, null);
    }

    private static String add(
            PodInfo pod,
            PodResourceClaim entry,
            Function<ObjectKey, ResourceClaim> lookup,
            PodGroup group,
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
        if (generated && !isOwnedBy(claim, pod) && (group == null || !SharedClaims.isForGroupOf(pod.pod(), claim))) {
            String who = group == null
                    ? "Pod is not owner"
                    : "neither Pod nor PodGroup %s is the owner".formatted(pod.groupName());
            return "ResourceClaim %s was not created for Pod %s (%s)".formatted(key, pod.key(), who);
        }
        claims.add(claim);
        return null;
    }

    private static ResourceClaimConsumerReference consumer(PodInfo pod, PodResourceClaim entry, PodGroup group) {
        return group != null && SharedClaims.shares(group, entry) ? SharedClaims.consumer(group) : consumer(pod);
    }

    /** How a claim names the Pod that uses it. */
    public static ResourceClaimConsumerReference consumer(PodInfo pod) {
        return new ResourceClaimConsumerReference(null, pod.key().name(), "pods", pod.uid());
    }

    static boolean isOwnedBy(ResourceClaim claim, PodInfo pod) {
        for (OwnerReference owner : claim.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController()) && pod.uid().equals(owner.getUid())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the Pod or group of that uid may use the claim. */
    public static boolean isReservedFor(ResourceClaim claim, String uid) {
        if (claim.getStatus() == null) {
            return false;
        }
        for (ResourceClaimConsumerReference consumer : claim.getStatus().getReservedFor()) {
            if (uid.equals(consumer.getUid())) {
                return true;
            }
        }
        return false;
    }
}
