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
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

    /** The least that will do: few access modes more than asked for, then little more room. */
    private static final Comparator<PersistentVolume> LEAST = Comparator.comparing((PersistentVolume volume) ->
                    volume.getSpec().getAccessModes().size())
            .thenComparing(Matching::capacity)
            .thenComparing(Nulls::name);

    private Matching() {}

    /**
     * The volume that waits for just this claim, else the least free one that suits. One that waits must be large enough
     * and of the right modes, too.
     *
     * @param reservedOnly whether free volumes are left to the scheduler
     */
    static Optional<PersistentVolume> find(
            PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, boolean reservedOnly) {
        List<PersistentVolume> usable = volumes.stream()
                .filter(volume -> volume.getSpec().getClaimRef() == null || isClaimedBy(volume, claim))
                .filter(volume -> canHold(claim, volume))
                .toList();
        Optional<PersistentVolume> reserved =
                usable.stream().filter(volume -> isClaimedBy(volume, claim)).min(LEAST);
        if (reserved.isPresent() || reservedOnly) {
            return reserved;
        }
        return usable.stream()
                .filter(volume -> volume.getStatus() != null
                        && "Available".equals(volume.getStatus().getPhase()))
                .filter(volume -> claim.getSpec().getSelector() == null
                        || Selectors.matches(claim.getSpec().getSelector(), Nulls.labels(volume)))
                .filter(volume -> storageClass(volume).equals(storageClass(claim)))
                .min(LEAST);
    }

    private static boolean canHold(PersistentVolumeClaim claim, PersistentVolume volume) {
        return !Nulls.isDeleting(volume)
                && capacity(volume).compareTo(requested(claim)) >= 0
                && haveSameMode(claim, volume)
                && hasAccessModes(claim, volume)
                && attributesClass(claim).equals(attributesClass(volume));
    }

    static boolean isClaimedBy(PersistentVolume volume, PersistentVolumeClaim claim) {
        var reference = volume.getSpec().getClaimRef();
        return reference != null
                && Nulls.name(claim).equals(reference.getName())
                && Nulls.namespace(claim).equals(reference.getNamespace())
                && (Nulls.isEmpty(reference.getUid()) || Nulls.uid(claim).equals(reference.getUid()));
    }

    /** Why a claim cannot have the volume that it names; empty if it can. */
    static Optional<String> mismatch(PersistentVolumeClaim claim, PersistentVolume volume) {
        if (Nulls.isDeleting(volume)) {
            return Optional.of("the volume is marked for deletion \"%s\"".formatted(Nulls.name(volume)));
        }
        if (capacity(volume).compareTo(requested(claim)) < 0) {
            return Optional.of("requested PV is too small");
        }
        if (!storageClass(volume).equals(storageClass(claim))) {
            return Optional.of("storageClassName does not match");
        }
        if (!attributesClass(claim).equals(attributesClass(volume))) {
            return Optional.of("volumeAttributesClassName does not match");
        }
        if (!haveSameMode(claim, volume)) {
            return Optional.of("incompatible volumeMode");
        }
        return hasAccessModes(claim, volume) ? Optional.empty() : Optional.of("incompatible accessMode");
    }

    static boolean haveSameMode(PersistentVolumeClaim claim, PersistentVolume volume) {
        return Nulls.or(volume.getSpec().getVolumeMode(), "Filesystem")
                .equals(Nulls.or(claim.getSpec().getVolumeMode(), "Filesystem"));
    }

    private static boolean hasAccessModes(PersistentVolumeClaim claim, PersistentVolume volume) {
        return Nulls.list(volume.getSpec().getAccessModes())
                .containsAll(Nulls.list(claim.getSpec().getAccessModes()));
    }

    /** The claim's class, by whatever means it is told; "" for none. */
    static String storageClass(PersistentVolumeClaim claim) {
        String beta = Nulls.annotations(claim).get(BETA_CLASS);
        return beta == null ? Nulls.or(claim.getSpec().getStorageClassName(), "") : beta;
    }

    /** Whether the claim says anything of a class; "" says that it wants none. */
    static boolean tellsClass(PersistentVolumeClaim claim) {
        return Nulls.annotations(claim).containsKey(BETA_CLASS)
                || claim.getSpec().getStorageClassName() != null;
    }

    private static String storageClass(PersistentVolume volume) {
        String beta = Nulls.annotations(volume).get(BETA_CLASS);
        return beta == null ? Nulls.or(volume.getSpec().getStorageClassName(), "") : beta;
    }

    private static String attributesClass(PersistentVolumeClaim claim) {
        return Nulls.or(claim.getSpec().getVolumeAttributesClassName(), "");
    }

    private static String attributesClass(PersistentVolume volume) {
        return Nulls.or(volume.getSpec().getVolumeAttributesClassName(), "");
    }

    private static Quantity requested(PersistentVolumeClaim claim) {
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
