package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Pattern;

/** What becomes of a volume: it is free, bound, freed again, or reclaimed. */
final class VolumeSync {
    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    private static final Pattern TMP = Pattern.compile("/tmp/.+");

    private final ControllerContext context;
    private final Informer<PersistentVolumeClaim> claims;
    private final EventRecorder events;
    private final Binding binding;
    private final LocalPath localPath;

    VolumeSync(
            ControllerContext context, Informer<PersistentVolumeClaim> claims, EventRecorder events, Binding binding) {
        this.context = context;
        this.claims = claims;
        this.events = events;
        this.binding = binding;
        this.localPath = new LocalPath(context.config().localPathRoot());
    }

    Outcome sync(PersistentVolume volume) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference == null || Nulls.isEmpty(reference.getUid())) {
            binding.setPhase(volume, "Available", null);
            return Outcome.DONE;
        }
        Optional<PersistentVolumeClaim> claim = claimOf(reference);
        if (claim.isEmpty()) {
            return release(volume);
        }
        String volumeName = Nulls.or(claim.get().getSpec().getVolumeName(), "");
        if (volumeName.isEmpty()) {
            tellWrongMode(volume, claim.get()); // the claim binds them, if they suit
        } else if (volumeName.equals(Nulls.name(volume))) {
            binding.setPhase(volume, "Bound", null);
        } else if (Nulls.annotations(volume).containsKey(PROVISIONED_BY)
                && "Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy())) {
            return release(volume); // made for a claim that has another now
        } else {
            binding.unbind(volume);
        }
        return Outcome.DONE;
    }

    /** Our copy may be older than the reference. */
    private Optional<PersistentVolumeClaim> claimOf(ObjectReference reference) {
        ObjectKey key = new ObjectKey(Nulls.or(reference.getNamespace(), ""), reference.getName());
        return claims.get(key)
                .filter(claim -> Nulls.uid(claim).equals(reference.getUid()))
                .or(() -> context.resources(PersistentVolumeClaim.class)
                        .find(key)
                        .filter(claim -> Nulls.uid(claim).equals(reference.getUid())));
    }

    private void tellWrongMode(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (!Matching.haveSameMode(claim, volume)) {
            events.warning(
                    volume,
                    "VolumeMismatch",
                    "Cannot bind PersistentVolume to requested PersistentVolumeClaim \"%s\" due to incompatible volumeMode."
                            .formatted(Nulls.name(claim)));
            events.warning(
                    claim,
                    "VolumeMismatch",
                    "Cannot bind PersistentVolume \"%s\" to requested PersistentVolumeClaim due to incompatible volumeMode."
                            .formatted(Nulls.name(volume)));
        }
    }

    private Outcome release(PersistentVolume volume) {
        boolean failed =
                volume.getStatus() != null && "Failed".equals(volume.getStatus().getPhase());
        PersistentVolume released = failed ? volume : binding.setPhase(volume, "Released", null);
        return switch (Nulls.or(volume.getSpec().getPersistentVolumeReclaimPolicy(), "Retain")) {
            case "Delete" -> delete(released);
            case "Recycle" -> fail(released, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
            default -> Outcome.DONE;
        };
    }

    private Outcome delete(PersistentVolume volume) {
        String provisioner = Nulls.or(Nulls.annotations(volume).get(PROVISIONED_BY), "");
        boolean external = !provisioner.isEmpty() && !provisioner.startsWith("kubernetes.io/")
                || volume.getSpec().getCsi() != null;
        if (external && !LocalPath.isOurs(volume)) {
            return Outcome.DONE; // its provisioner deletes it
        }
        if (volume.getSpec().getHostPath() == null) {
            return fail(
                    volume,
                    "VolumeFailedDelete",
                    "error getting deleter volume plugin for volume \"%s\": no deletable volume plugin matched"
                            .formatted(Nulls.name(volume)));
        }
        String path = volume.getSpec().getHostPath().getPath();
        if (!LocalPath.isOurs(volume) && !TMP.matcher(path).find()) {
            return fail(
                    volume,
                    "VolumeFailedDelete",
                    "host_path deleter only supports /tmp/.+ but received provided " + path);
        }
        try {
            if (LocalPath.isOurs(volume)) { // what is below /tmp may lie on another node, and stays
                localPath.erase(volume);
            }
        } catch (UncheckedIOException e) {
            fail(volume, "VolumeFailedDelete", e.getMessage());
            return new Outcome.Retry(e);
        }
        context.resources(PersistentVolume.class)
                .deleteIfPresent(ObjectKey.of(volume), DeleteOptions.ofUid(Nulls.uid(volume)));
        return Outcome.DONE;
    }

    private Outcome fail(PersistentVolume volume, String reason, String message) {
        boolean known =
                volume.getStatus() != null && "Failed".equals(volume.getStatus().getPhase());
        if (!known) {
            binding.setPhase(volume, "Failed", message);
            events.warning(volume, reason, message);
        }
        return Outcome.DONE;
    }
}
