package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.group.GroupTerms;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import java.util.List;
import java.util.Optional;

/** The PodGroups whose claims Pods may share. Off, there are none, and nothing is watched. */
final class Groups {
    private final Informer<PodGroup> informer; // null if off
    private final Informer.Index<Pod> members;
    private final Informer.Index<PodGroup> byClaim;

    Groups(ControllerContext context) {
        boolean on = context.config().gates().isOn(FeatureGates.GROUP_CLAIMS);
        this.informer = on ? context.informer(PodGroup.class) : null;
        this.members = on ? context.pods().informer().index(Groups::groupOf) : null;
        this.byClaim = on ? informer.index(Groups::claimsOf) : null;
    }

    boolean areOn() {
        return informer != null;
    }

    void onChange(Informer.Handler<PodGroup> handler) {
        informer.onChange(handler);
    }

    private static List<String> groupOf(Pod pod) {
        String group = SharedClaims.groupOf(pod);
        return group == null ? List.of() : List.of(Nulls.namespace(pod) + "/" + group);
    }

    private static List<String> claimsOf(PodGroup group) {
        return names(group).stream()
                .map(name -> new ObjectKey(Nulls.namespace(group), name).toString())
                .toList();
    }

    Optional<PodGroup> get(ObjectKey key) {
        return informer.get(key);
    }

    List<Pod> membersOf(PodGroup group) {
        return members.get(Nulls.namespace(group) + "/" + Nulls.name(group));
    }

    /** Those that use the claim. */
    List<PodGroup> using(ResourceClaim claim) {
        return areOn() ? byClaim.get(ObjectKey.of(claim).toString()) : List.of();
    }

    /**
     * The group of a Pod; empty if it has none.
     *
     * @throws IllegalStateException if it is not there yet
     */
    Optional<PodGroup> of(Pod pod) {
        String name = areOn() ? SharedClaims.groupOf(pod) : null;
        if (name == null) return Optional.empty();
        return Optional.of(get(new ObjectKey(Nulls.namespace(pod), name))
                .orElseThrow(() -> new IllegalStateException(
                        "get PodGroup for Pod %s/%s: podgroup.scheduling.k8s.io \"%s\" not found"
                                .formatted(Nulls.namespace(pod), Nulls.name(pod), name))));
    }

    /** The group whose claim a Pod's entry stands for; empty if it is the Pod's own. */
    static Optional<PodGroup> sharing(Optional<PodGroup> group, PodResourceClaim entry) {
        return group.filter(g -> SharedClaims.shares(g, entry));
    }

    /** Whether a generated claim is the Pod's, or its group's. */
    boolean isFor(ResourceClaim claim, Pod pod) {
        return Owners.isControlledBy(claim, pod) || areOn() && SharedClaims.isForGroupOf(pod, claim);
    }

    boolean isReservedFor(ResourceClaim claim, Pod pod) {
        return PodClaimNames.isReservedFor(claim, pod) || areOn() && SharedClaims.isReservedForGroupOf(pod, claim);
    }

    /** The claim of a group's entry, if it is known. */
    static Optional<String> name(PodGroup group, GroupTerms.Claim entry) {
        if (entry.resourceClaimName() != null) return Optional.of(entry.resourceClaimName());
        if (group.getStatus() == null) return Optional.empty();
        return Nulls.list(group.getStatus().resourceClaimStatuses()).stream()
                .filter(status -> status.name().equals(entry.name()))
                .map(PodGroup.ClaimStatus::resourceClaimName)
                .filter(name -> name != null)
                .findFirst();
    }

    /** All claims of a group that are known. */
    static List<String> names(PodGroup group) {
        return group.claims().stream()
                .flatMap(entry -> name(group, entry).stream())
                .toList();
    }
}
