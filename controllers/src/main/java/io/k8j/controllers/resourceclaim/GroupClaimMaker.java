package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.Client;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import io.k8j.model.group.GroupTerms;
import io.k8j.model.group.PodGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the claims of one group. One thread per group. */
final class GroupClaimMaker {
    private final Client writer;
    private final Informer<ResourceClaim> claims;
    private final ClaimFactory factory;
    private final EventRecorder events;

    GroupClaimMaker(ControllerContext context, Informer<ResourceClaim> claims, ClaimFactory factory) {
        this.writer = new Client(context.client().transport(), context.time(), "ResourceClaimController");
        this.claims = claims;
        this.factory = factory;
        this.events = context.recorder("resource_claim");
    }

    /** @throws IllegalStateException if a claim cannot be made yet */
    void reconcile(PodGroup group) {
        List<Map<String, Object>> statuses = new ArrayList<>();
        boolean changed = false;
        for (GroupTerms.Claim entry : group.claims()) {
            if (entry.resourceClaimTemplateName() == null) continue;
            Optional<String> known = Groups.name(group, entry).filter(name -> isThere(group, name));
            if (known.isPresent()) factory.forget(group, entry.name());
            String name = known.orElseGet(() -> Nulls.name(claimFor(group, entry)));
            changed |= known.isEmpty();
            statuses.add(Map.of("name", entry.name(), "resourceClaimName", name));
        }
        if (changed) tell(group, statuses);
    }

    private boolean isThere(PodGroup group, String name) {
        return claims.get(new ObjectKey(Nulls.namespace(group), name))
                .filter(claim -> Owners.isControlledBy(claim, group))
                .isPresent();
    }

    private ResourceClaim claimFor(PodGroup group, GroupTerms.Claim entry) {
        try {
            return factory.made(group, entry.name())
                    .orElseGet(() -> factory.make(group, entry.name(), entry.resourceClaimTemplateName()));
        } catch (ApiException | IllegalStateException e) {
            events.warning(
                    group,
                    "FailedResourceClaimCreation",
                    "PodGroupResourceClaim %s: %s".formatted(entry.name(), e.getMessage()));
            throw e;
        }
    }

    /** Forgets what was kept for a group that is gone. */
    void forget(PodGroup group) {
        group.claims().forEach(entry -> factory.forget(group, entry.name()));
    }

    private void tell(PodGroup group, List<Map<String, Object>> statuses) {
        writer.resources(PodGroup.class)
                .patch(
                        ObjectKey.of(group),
                        PatchType.STRATEGIC,
                        Map.of(
                                "metadata",
                                Map.of("uid", Nulls.uid(group)),
                                "status",
                                Map.of("resourceClaimStatuses", statuses)),
                        "status");
    }
}
