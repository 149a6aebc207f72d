package io.k8j.controllers.statefulset;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who owns the claims of a StatefulSet, so that the garbage collector deletes them when their policy says so. */
final class ClaimRetention {
    private ClaimRetention() {}

    /**
     * The claim with the right owners; empty if it has them.
     *
     * @param pod the claim's Pod, or empty if there is none now
     * @param condemned whether the Pod is beyond the set's size
     */
    static Optional<PersistentVolumeClaim> owned(
            StatefulSet set, PersistentVolumeClaim claim, Optional<Pod> pod, boolean condemned) {
        StatefulSetPersistentVolumeClaimRetentionPolicy policy =
                set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        boolean whenDeleted = policy != null && "Delete".equals(policy.getWhenDeleted());
        boolean whenScaled = policy != null && "Delete".equals(policy.getWhenScaled());
        List<OwnerReference> owners =
                new ArrayList<>(Nulls.list(claim.getMetadata().getOwnerReferences()));
        owners.removeIf(o -> o.getUid().equals(Nulls.uid(set))
                || ("Pod".equals(o.getKind()) && o.getName().startsWith(Nulls.name(set) + "-")));
        if (whenScaled && condemned && pod.isPresent()) {
            owners.add(reference("v1", "Pod", Nulls.name(pod.get()), Nulls.uid(pod.get())));
        } else if (whenDeleted) {
            owners.add(reference("apps/v1", "StatefulSet", Nulls.name(set), Nulls.uid(set)));
        }
        if (sameUids(owners, Nulls.list(claim.getMetadata().getOwnerReferences()))) {
            return Optional.empty();
        }
        return Optional.of(claim.toBuilder()
                .editMetadata()
                .withOwnerReferences(owners)
                .endMetadata()
                .build());
    }

    private static boolean sameUids(List<OwnerReference> one, List<OwnerReference> other) {
        return one.stream()
                .map(OwnerReference::getUid)
                .toList()
                .equals(other.stream().map(OwnerReference::getUid).toList());
    }

    private static OwnerReference reference(String apiVersion, String kind, String name, String uid) {
        return new OwnerReferenceBuilder()
                .withApiVersion(apiVersion)
                .withKind(kind)
                .withName(name)
                .withUid(uid)
                .build();
    }
}
