package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.k8j.client.Selectors;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.quantity.Quantity;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which volume suits a claim. */
final class Matching {
    private Matching() {}

    /** The volume that waits for just this claim, else the smallest free one that suits. */
    static Optional<PersistentVolume> find(PersistentVolumeClaim claim, Collection<PersistentVolume> volumes) {
        Optional<PersistentVolume> reserved =
                volumes.stream().filter(volume -> isClaimedBy(volume, claim)).findFirst();
        if (reserved.isPresent()) {
            return reserved;
        }
        return volumes.stream()
                .filter(volume -> volume.getSpec().getClaimRef() == null && suits(claim, volume))
                .min(Comparator.comparing(Matching::capacity).thenComparing(Nulls::name));
    }

    static boolean isClaimedBy(PersistentVolume volume, PersistentVolumeClaim claim) {
        var reference = volume.getSpec().getClaimRef();
        return reference != null
                && Nulls.name(claim).equals(reference.getName())
                && Nulls.namespace(claim).equals(reference.getNamespace())
                && (Nulls.isEmpty(reference.getUid()) || Nulls.uid(claim).equals(reference.getUid()));
    }

    static boolean suits(PersistentVolumeClaim claim, PersistentVolume volume) {
        List<String> modes = Nulls.list(volume.getSpec().getAccessModes());
        return !Nulls.isDeleting(volume)
                && Nulls.or(volume.getSpec().getStorageClassName(), "")
                        .equals(Nulls.or(claim.getSpec().getStorageClassName(), ""))
                && modes.containsAll(Nulls.list(claim.getSpec().getAccessModes()))
                && Nulls.or(volume.getSpec().getVolumeMode(), "Filesystem")
                        .equals(Nulls.or(claim.getSpec().getVolumeMode(), "Filesystem"))
                && (claim.getSpec().getSelector() == null
                        || Selectors.matches(claim.getSpec().getSelector(), Nulls.labels(volume)))
                && capacity(volume).compareTo(requested(claim)) >= 0;
    }

    static Quantity requested(PersistentVolumeClaim claim) {
        if (claim.getSpec().getResources() == null) {
            return Quantity.ZERO;
        }
        var storage = Nulls.map(claim.getSpec().getResources().getRequests()).get("storage");
        return storage == null ? Quantity.ZERO : Quantity.of(storage);
    }

    private static Quantity capacity(PersistentVolume volume) {
        var storage = Nulls.map(volume.getSpec().getCapacity()).get("storage");
        return storage == null ? Quantity.ZERO : Quantity.of(storage);
    }
}
