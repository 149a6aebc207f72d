package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.ContainerExtendedResourceRequest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResultBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.Client;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.group.SharedClaims;
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
     * Allocates the claim, if it has no devices yet, and reserves it for the Pod or its group. What another Pod of the
     * group has written already is fine.
     *
     * @param allocation null if the claim has its devices
     * @return the claim as it is stored now
     */
    public ResourceClaim bind(ResourceClaim known, AllocationResult allocation, ResourceClaimConsumerReference consumer)
            throws RefusedException {
        ResourceClaim claim = known;
        for (int attempt = 1; ; attempt++) {
            try {
                return write(claim, allocation, consumer);
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

    private ResourceClaim write(
            ResourceClaim known, AllocationResult allocation, ResourceClaimConsumerReference consumer)
            throws RefusedException {
        ResourceClaim claim = known;
        if (claim.getMetadata().getDeletionTimestamp() != null) {
            throw new RefusedException("claim %s got deleted in the meantime".formatted(ObjectKey.of(claim)));
        }
        if (isDone(claim, allocation, consumer)) return claim;
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
        return claims.updateStatus(
                changed.editOrNewStatus().addToReservedFor(consumer).endStatus().build());
    }

    private static boolean isDone(
            ResourceClaim claim, AllocationResult allocation, ResourceClaimConsumerReference consumer) {
        AllocationResult stored = ClaimTracker.allocation(claim);
        return SharedClaims.isGroup(consumer)
                && stored != null
                && PodClaims.isReservedFor(claim, consumer.getUid())
                && (allocation == null || devices(allocation).equals(devices(stored)));
    }

    private static List<String> devices(AllocationResult allocation) {
        return allocation.getDevices().getResults().stream()
                .map(result ->
                        String.join(" ", result.getRequest(), result.getDriver(), result.getPool(), result.getDevice()))
                .toList();
    }

    /** Stores a claim that was made in memory; its name is made by the server. */
    public ResourceClaim create(ResourceClaim inMemory) throws RefusedException {
        ResourceClaim claim = new ResourceClaimBuilder(inMemory)
                .editMetadata()
                .withName(null)
                .withUid(null)
                .endMetadata()
                .withStatus(null)
                .build();
        try {
            return claims.create(claim);
        } catch (ApiException e) {
            throw new RefusedException(
                    "create claim for extended resources %s: %s".formatted(ObjectKey.of(inMemory), e.getMessage()));
        }
    }

    /** Tells in the Pod's status which claim has its extended resources. */
    public void tell(PodInfo pod, ResourceClaim claim, List<ContainerExtendedResourceRequest> mappings)
            throws RefusedException {
        Map<String, Object> status = Map.of(
                "resourceClaimName",
                claim.getMetadata().getName(),
                "requestMappings",
                mappings.stream()
                        .map(mapping -> Map.of(
                                "containerName", mapping.getContainerName(),
                                "resourceName", mapping.getResourceName(),
                                "requestName", mapping.getRequestName()))
                        .toList());
        try {
            client.resources(Pod.class)
                    .patch(
                            pod.key(),
                            PatchType.STRATEGIC,
                            Map.of(
                                    "metadata",
                                    Map.of("uid", pod.uid()),
                                    "status",
                                    Map.of("extendedResourceClaimStatus", status)),
                            "status");
        } catch (ApiException e) {
            throw new RefusedException(
                    "update pod %s ExtendedResourceClaimStatus: %s".formatted(pod.key(), e.getMessage()));
        }
    }

    /** Deletes a claim that the scheduler made; what is gone already is fine. */
    public void delete(ResourceClaim known) {
        claims.find(ObjectKey.of(known)).ifPresent(claim -> {
            if (claim.getMetadata().getFinalizers().contains(FINALIZER)) {
                claims.update(new ResourceClaimBuilder(claim)
                        .editMetadata()
                        .removeFromFinalizers(FINALIZER)
                        .endMetadata()
                        .build());
            }
            claims.deleteIfPresent(ObjectKey.of(known), DeleteOptions.DEFAULT);
        });
    }

    /** Takes the reservation of a Pod or group back; what is gone already is fine. */
    public void release(ResourceClaim claim, String uid) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("$patch", "delete");
        entry.put("uid", uid);
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
