package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.scheduler.framework.PodInfo;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes allocations and reservations into claims. Blocks; any thread but the scheduling thread. */
public final class ClaimWriter {
    private static final String FINALIZER = "resource.kubernetes.io/delete-protection";
    private static final int TRIES = 5;

    private final Client client;
    private final Resources<ResourceClaim> claims;

    public ClaimWriter(Client client) {
        this.client = client;
        this.claims = client.resources(ResourceClaim.class);
    }

    /** A claim that could not be written, in upstream's words. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Allocates the claim, if it has no devices yet, and reserves it for the Pod.
     *
     * @param allocation null if the claim has its devices
     * @return the claim as it is stored now
     */
    public ResourceClaim bind(ResourceClaim known, AllocationResult allocation, PodInfo pod) throws RefusedException {
        ResourceClaim claim = known;
        for (int attempt = 1; ; attempt++) {
            try {
                return write(claim, allocation, pod);
            } catch (ApiException e) {
                if (!e.isConflict() || attempt == TRIES) {
                    String what = allocation == null ? "add reservation" : "add allocation and reservation";
                    throw new RefusedException(
                            "%s to claim %s: %s".formatted(what, ObjectKey.of(known), e.getMessage()));
                }
            }
            try {
                claim = claims.get(ObjectKey.of(known));
            } catch (ApiException e) {
                throw new RefusedException(
                        "get updated claim %s after conflict: %s".formatted(ObjectKey.of(known), e.getMessage()));
            }
        }
    }

    private ResourceClaim write(ResourceClaim known, AllocationResult allocation, PodInfo pod) throws RefusedException {
        ResourceClaim claim = known;
        if (claim.getMetadata().getDeletionTimestamp() != null) {
            throw new RefusedException("claim %s got deleted in the meantime".formatted(ObjectKey.of(claim)));
        }
        if (allocation != null && ClaimTracker.allocation(claim) != null) {
            throw new RefusedException(
                    "claim %s got allocated elsewhere in the meantime".formatted(ObjectKey.of(claim)));
        }
        if (allocation != null && !claim.getMetadata().getFinalizers().contains(FINALIZER)) {
            claim = claims.update(new ResourceClaimBuilder(claim)
                    .editMetadata()
                    .addToFinalizers(FINALIZER)
                    .endMetadata()
                    .build());
        }
        ResourceClaimBuilder changed = new ResourceClaimBuilder(claim);
        if (allocation != null) {
            String now = client.time().instant().truncatedTo(ChronoUnit.SECONDS).toString();
            changed.editOrNewStatus()
                    .withAllocation(new AllocationResultBuilder(allocation)
                            .withAllocationTimestamp(now)
                            .build())
                    .endStatus();
        }
        return claims.updateStatus(changed.editOrNewStatus()
                .addNewReservedFor()
                .withResource("pods")
                .withName(pod.key().name())
                .withUid(pod.uid())
                .endReservedFor()
                .endStatus()
                .build());
    }

    /** Takes the Pod's reservation back; what is gone already is fine. */
    public void release(ResourceClaim claim, PodInfo pod) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("$patch", "delete");
        entry.put("uid", pod.uid());
        Map<String, Object> patch = Map.of(
                "metadata",
                Map.of("uid", claim.getMetadata().getUid()),
                "status",
                Map.of("reservedFor", List.of(entry)));
        try {
            claims.patch(ObjectKey.of(claim), PatchType.STRATEGIC, patch, "status");
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
        }
    }

    /** Takes a claim's devices back, unless somebody changed the claim meanwhile. */
    public void deallocate(ResourceClaim claim) {
        try {
            claims.updateStatus(new ResourceClaimBuilder(claim)
                    .editStatus()
                    .withReservedFor(List.of())
                    .withAllocation(null)
                    .withDevices(List.of())
                    .endStatus()
                    .build());
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
        }
    }
}
