package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes from a claim what is used no more. One thread per claim. */
final class ClaimCleaner {
    private static final String FINALIZER = "resource.kubernetes.io/delete-protection";

    private final ControllerContext context;
    private final Groups groups;
    private final Resources<ResourceClaim> claims;

    ClaimCleaner(ControllerContext context, Groups groups) {
        this.groups = groups;
        this.context = context;
        this.claims = context.resources(ResourceClaim.class);
    }

    void reconcile(ResourceClaim claim) {
        List<ResourceClaimConsumerReference> reserved =
                claim.getStatus() == null ? List.of() : claim.getStatus().getReservedFor();
        List<ResourceClaimConsumerReference> valid = new ArrayList<>();
        for (ResourceClaimConsumerReference consumer : reserved) {
            boolean isPod = Nulls.or(consumer.getApiGroup(), "").isEmpty() && "pods".equals(consumer.getResource());
            boolean isGroup = groups.areOn() && SharedClaims.isGroup(consumer);
            // What nobody here can check stays.
            if (isPod ? isNeeded(claim, consumer) : !isGroup || isGroupThere(claim, consumer)) {
                valid.add(consumer);
            }
        }
        boolean ours = Nulls.list(claim.getMetadata().getFinalizers()).contains(FINALIZER);
        if (valid.size() < reserved.size()) {
            ResourceClaim released = release(claim, valid, ours);
            if (ours && !PodClaimNames.isAllocated(released)) {
                dropFinalizer(released);
            }
        } else if (ours && Nulls.isDeleting(claim) && valid.isEmpty()) {
            dropFinalizer(PodClaimNames.isAllocated(claim) ? release(claim, valid, true) : claim);
        }
        if (valid.isEmpty()) {
            deleteIfMadeForNothing(claim);
        }
    }

    private boolean isGroupThere(ResourceClaim claim, ResourceClaimConsumerReference consumer) {
        ObjectKey key = new ObjectKey(Nulls.namespace(claim), consumer.getName());
        return groups.get(key)
                .or(() -> context.resources(PodGroup.class).find(key))
                .filter(group -> Nulls.uid(group).equals(consumer.getUid()))
                .isPresent();
    }

    private boolean isNeeded(ResourceClaim claim, ResourceClaimConsumerReference consumer) {
        ObjectKey key = new ObjectKey(Nulls.namespace(claim), consumer.getName());
        Optional<Pod> known = context.pods().get(key);
        // The copy may be behind, and a Pod that is just being placed must not lose its devices.
        Optional<Pod> pod =
                known.isPresent() ? known : context.resources(Pod.class).find(key);
        return pod.filter(p -> Nulls.uid(p).equals(consumer.getUid()) && !PodClaimNames.isDone(p))
                .isPresent();
    }

    /** A claim that nobody uses any more gives its devices back, so that the next Pod may get others on another node. */
    private ResourceClaim release(
            ResourceClaim claim, List<ResourceClaimConsumerReference> valid, boolean deallocates) {
        ResourceClaimBuilder changed = new ResourceClaimBuilder(claim)
                .editStatus()
                .withReservedFor(valid)
                .endStatus();
        if (valid.isEmpty() && deallocates) {
            changed.editStatus().withAllocation(null).endStatus();
        }
        return claims.updateStatus(changed.build());
    }

    private void dropFinalizer(ResourceClaim claim) {
        claims.update(new ResourceClaimBuilder(claim)
                .editMetadata()
                .removeFromFinalizers(FINALIZER)
                .endMetadata()
                .build());
    }

    /** The Pod itself may stay for long after it has ended. */
    private void deleteIfMadeForNothing(ResourceClaim claim) {
        Optional<OwnerReference> owner =
                Owners.controllerOf(claim).filter(o -> "Pod".equals(o.getKind()) && "v1".equals(o.getApiVersion()));
        if (owner.isEmpty() || Nulls.isDeleting(claim)) {
            return;
        }
        Optional<Pod> pod = context.pods()
                .get(new ObjectKey(Nulls.namespace(claim), owner.get().getName()));
        boolean useless = pod.filter(p -> !Nulls.uid(p).equals(owner.get().getUid()) || PodClaimNames.isDone(p))
                .isPresent();
        if (useless) {
            claims.deleteIfPresent(ObjectKey.of(claim), DeleteOptions.DEFAULT);
        }
    }
}
