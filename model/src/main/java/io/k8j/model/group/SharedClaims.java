package io.k8j.model.group;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import java.util.Objects;

/**
 * Claims that the Pods of a group share. Pods know only the name of their group, so claims are compared with that. Pure
 * functions; they hold for servers with the feature DRAWorkloadResourceClaims.
 */
public final class SharedClaims {
    private static final String GROUP = "scheduling.k8s.io";

    private SharedClaims() {}

    /** The name of the Pod's group; null if it has none. */
    public static String groupOf(Pod pod) {
        return pod.getSpec().getSchedulingGroup() == null
                ? null
                : pod.getSpec().getSchedulingGroup().getPodGroupName();
    }

    /** Whether the claim was made for the Pod's group. */
    public static boolean isForGroupOf(Pod pod, ResourceClaim claim) {
        String group = groupOf(pod);
        return group != null
                && claim.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> isController(owner) && group.equals(owner.getName()));
    }

    /** Whether a PodGroup is what controls the claim. */
    public static boolean isController(OwnerReference owner) {
        return Boolean.TRUE.equals(owner.getController())
                && "PodGroup".equals(owner.getKind())
                && owner.getApiVersion().startsWith(GROUP + "/");
    }

    /** Whether a group is what uses the claim. */
    public static boolean isGroup(ResourceClaimConsumerReference consumer) {
        return GROUP.equals(consumer.getApiGroup()) && "podgroups".equals(consumer.getResource());
    }

    /** Whether the Pod may use the claim because its group may. */
    public static boolean isReservedForGroupOf(Pod pod, ResourceClaim claim) {
        String group = groupOf(pod);
        return group != null
                && claim.getStatus() != null
                && claim.getStatus().getReservedFor().stream()
                        .anyMatch(consumer -> isGroup(consumer) && group.equals(consumer.getName()));
    }

    /** Whether a Pod's entry stands for one of its group's claims. */
    public static boolean shares(PodGroup group, PodResourceClaim entry) {
        return group.claims().stream()
                .anyMatch(claim -> claim.name().equals(entry.getName())
                        && Objects.equals(claim.resourceClaimName(), entry.getResourceClaimName())
                        && Objects.equals(claim.resourceClaimTemplateName(), entry.getResourceClaimTemplateName()));
    }

    /** How a claim names the group that uses it. */
    public static ResourceClaimConsumerReference consumer(PodGroup group) {
        return new ResourceClaimConsumerReference(
                GROUP,
                group.getMetadata().getName(),
                "podgroups",
                group.getMetadata().getUid());
    }
}
