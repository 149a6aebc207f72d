package io.k8j.scheduler.plugins.volumes;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TopologySelectorTerm;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.Selectors;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeSelection;
import io.k8j.scheduler.plugins.Claims;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds persistent volumes against claims and nodes. Pure functions. */
final class VolumeMatch {
    private VolumeMatch() {}

    /** Whether the volume can be used on the node. */
    static boolean reaches(PersistentVolume volume, NodeInfo node) {
        if (volume.getSpec().getNodeAffinity() == null
                || volume.getSpec().getNodeAffinity().getRequired() == null) {
            return true;
        }
        return NodeSelection.of(volume.getSpec().getNodeAffinity().getRequired())
                .matches(node.name(), node.labels());
    }

    /** The smallest free volume that the claim can have on the node; null if there is none. */
    static PersistentVolume smallest(
            PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, Set<String> taken, NodeInfo node) {
        PersistentVolume best = null;
        for (PersistentVolume volume : volumes) {
            String name = volume.getMetadata().getName();
            if (!taken.contains(name) && fits(claim, volume) && reaches(volume, node)) {
                if (isReservedFor(volume, claim)) {
                    return volume;
                }
                if (best == null || bytes(capacity(volume)) < bytes(capacity(best))) {
                    best = volume;
                }
            }
        }
        return best;
    }

    private static boolean fits(PersistentVolumeClaim claim, PersistentVolume volume) {
        boolean reserved = isReservedFor(volume, claim);
        if (volume.getMetadata().getDeletionTimestamp() != null
                || (volume.getSpec().getClaimRef() != null && !reserved)) {
            return false;
        }
        String phase = volume.getStatus() == null ? "" : volume.getStatus().getPhase();
        if (!reserved && !"Available".equals(phase)) {
            return false;
        }
        String storageClass = volume.getSpec().getStorageClassName();
        return Claims.className(claim).equals(storageClass == null ? "" : storageClass)
                && mode(volume.getSpec().getVolumeMode())
                        .equals(mode(claim.getSpec().getVolumeMode()))
                && volume.getSpec().getAccessModes().containsAll(claim.getSpec().getAccessModes())
                && (Selectors.isEmpty(claim.getSpec().getSelector())
                        || Selectors.matches(
                                claim.getSpec().getSelector(),
                                volume.getMetadata().getLabels()))
                && bytes(capacity(volume)) >= bytes(requested(claim));
    }

    private static boolean isReservedFor(PersistentVolume volume, PersistentVolumeClaim claim) {
        ObjectReference owner = volume.getSpec().getClaimRef();
        return owner != null
                && claim.getMetadata().getName().equals(owner.getName())
                && claim.getMetadata().getNamespace().equals(owner.getNamespace())
                && (owner.getUid() == null
                        || owner.getUid().isEmpty()
                        || owner.getUid().equals(claim.getMetadata().getUid()));
    }

    private static String mode(String mode) {
        return mode == null ? "Filesystem" : mode;
    }

    private static Quantity capacity(PersistentVolume volume) {
        Map<String, Quantity> capacity = volume.getSpec().getCapacity();
        return capacity == null ? null : capacity.get("storage");
    }

    static Quantity requested(PersistentVolumeClaim claim) {
        Map<String, Quantity> requests = claim.getSpec().getResources() == null
                ? null
                : claim.getSpec().getResources().getRequests();
        return requests == null ? null : requests.get("storage");
    }

    static long bytes(Quantity quantity) {
        return quantity == null
                ? 0
                : io.k8j.model.quantity.Quantity.of(quantity).value();
    }

    /** Whether the class makes volumes that reach the node. */
    static boolean allows(StorageClass storageClass, NodeInfo node) {
        List<TopologySelectorTerm> terms = storageClass.getAllowedTopologies();
        return terms == null
                || terms.isEmpty()
                || terms.stream()
                        .anyMatch(term -> term.getMatchLabelExpressions().stream()
                                .allMatch(e ->
                                        e.getValues().contains(node.labels().get(e.getKey()))));
    }
}
