package io.k8j.controllers;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;

/** Plays the scheduler for claims. */
final class AllocatedClaims {
    private AllocatedClaims() {}

    /** Gives a claim a device and, unless null, a consumer. */
    static void allocate(TestCluster cluster, String name, ResourceClaimConsumerReference consumer) {
        ResourceClaim known = cluster.resources(ResourceClaim.class)
                .update(new ResourceClaimBuilder(cluster.get(ResourceClaim.class, name))
                        .editMetadata()
                        .addToFinalizers("resource.kubernetes.io/delete-protection")
                        .endMetadata()
                        .build());
        ResourceClaimBuilder changed = new ResourceClaimBuilder(known)
                .editOrNewStatus()
                .withNewAllocation()
                .withNewDevices()
                .addNewResult()
                .withRequest("r")
                .withDriver("gpu.example.com")
                .withPool("pool")
                .withDevice("gpu-0")
                .endResult()
                .endDevices()
                .endAllocation()
                .endStatus();
        if (consumer != null) changed.editStatus().addToReservedFor(consumer).endStatus();
        cluster.resources(ResourceClaim.class).updateStatus(changed.build());
    }
}
