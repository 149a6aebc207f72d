package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.Client;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes and reserves the claims of one Pod. One thread per Pod. */
final class ClaimMaker {
    private final ControllerContext context;
    private final Client writer;
    private final Informer<ResourceClaim> claims;
    private final ClaimFactory factory;
    private final Groups groups;
    private final EventRecorder events;

    ClaimMaker(ControllerContext context, Informer<ResourceClaim> claims, ClaimFactory factory, Groups groups) {
        this.context = context;
        this.factory = factory;
        this.groups = groups;
        this.writer = new Client(context.client().transport(), context.time(), "ResourceClaimController");
        this.claims = claims;
        this.events = context.recorder("resource_claim");
    }

    /** @throws IllegalStateException if a claim cannot be made yet */
    void reconcile(Pod pod) {
        Optional<PodGroup> group = groups.of(pod);
        Map<String, String> names = new LinkedHashMap<>();
        boolean changed = false;
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            try {
                Optional<String> made = claimOf(pod, group, entry);
                changed |= made.isPresent();
                made.or(() -> known(pod, entry)).ifPresent(name -> names.put(entry.getName(), name));
            } catch (ApiException | IllegalStateException e) {
                events.warning(
                        pod,
                        "FailedResourceClaimCreation",
                        "PodResourceClaim %s: %s".formatted(entry.getName(), e.getMessage()));
                throw e;
            }
        }
        if (changed) {
            tell(pod, names);
        }
        if (pod.getSpec().getNodeName() != null) {
            reserve(pod, group, names);
        }
    }

    private static Optional<String> known(Pod pod, PodResourceClaim entry) {
        return PodClaimNames.of(pod, entry) instanceof PodClaimNames.Name.Known(String name, boolean generated)
                ? Optional.of(name)
                : Optional.empty();
    }

    /** The name of a claim that the Pod's status does not tell yet. */
    private Optional<String> claimOf(Pod pod, Optional<PodGroup> group, PodResourceClaim entry) {
        switch (PodClaimNames.of(pod, entry)) {
            case PodClaimNames.Name.None none -> {
                return Optional.empty();
            }
            case PodClaimNames.Name.Known(String name, boolean generated) -> {
                factory.forget(pod, entry.getName());
                Optional<ResourceClaim> there = claims.get(new ObjectKey(Nulls.namespace(pod), name));
                if (!generated
                        || there.filter(claim -> groups.isFor(claim, pod)).isPresent()) {
                    return Optional.empty();
                }
            }
            case PodClaimNames.Name.NotYet notYet -> {}
        }
        if (entry.getResourceClaimTemplateName() == null) {
            return Optional.empty();
        }
        Optional<PodGroup> sharing = Groups.sharing(group, entry);
        if (sharing.isPresent())
            return factory.made(sharing.get(), entry.getName()).map(Nulls::name);
        ResourceClaim claim = factory.made(pod, entry.getName())
                .orElseGet(() -> factory.make(pod, entry.getName(), entry.getResourceClaimTemplateName()));
        return Optional.of(Nulls.name(claim));
    }

    /** Forgets what was kept for a Pod that is gone. */
    void forget(Pod pod) {
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            factory.forget(pod, entry.getName());
        }
    }

    private void tell(Pod pod, Map<String, String> names) {
        List<Map<String, Object>> statuses = new ArrayList<>();
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            String name = names.get(entry.getName());
            if (entry.getResourceClaimTemplateName() != null && name != null) {
                statuses.add(Map.of("name", entry.getName(), "resourceClaimName", name));
            }
        }
        writer.resources(Pod.class)
                .patch(
                        ObjectKey.of(pod),
                        PatchType.STRATEGIC,
                        Map.of(
                                "metadata",
                                Map.of("uid", Nulls.uid(pod)),
                                "status",
                                Map.of("resourceClaimStatuses", statuses)),
                        "status");
    }

    /** Pods whose node was not chosen by the scheduler have nobody else to do this for them. */
    private void reserve(Pod pod, Optional<PodGroup> group, Map<String, String> names) {
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            String name = names.get(entry.getName());
            if (name == null) continue;
            Optional<ResourceClaim> found = claims.get(new ObjectKey(Nulls.namespace(pod), name));
            if (found.isEmpty() || !PodClaimNames.isAllocated(found.get()) || groups.isReservedFor(found.get(), pod)) {
                continue;
            }
            context.resources(ResourceClaim.class)
                    .updateStatus(new ResourceClaimBuilder(found.get())
                            .editStatus()
                            .addToReservedFor(Groups.sharing(group, entry)
                                    .map(SharedClaims::consumer)
                                    .orElseGet(() -> new ResourceClaimConsumerReference(
                                            null, Nulls.name(pod), "pods", Nulls.uid(pod))))
                            .endStatus()
                            .build());
        }
    }
}
