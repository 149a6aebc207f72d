package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.k8j.client.EventRecorder;
import io.k8j.client.Resources;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;

/** Writes of both sides of a binding. Each write names the version it was decided on; a conflict is tried again. */
final class Binding {
    static final String BOUND_BY_US = "pv.kubernetes.io/bound-by-controller";
    static final String COMPLETED = "pv.kubernetes.io/bind-completed";

    private final ControllerContext context;
    private final Resources<PersistentVolume> volumes;
    private final Resources<PersistentVolumeClaim> claims;
    private final EventRecorder events;

    Binding(ControllerContext context, EventRecorder events) {
        this.context = context;
        this.volumes = context.resources(PersistentVolume.class);
        this.claims = context.resources(PersistentVolumeClaim.class);
        this.events = events;
    }

    /** Volume, its phase, claim, its phase; whatever is done already is left out. */
    void bind(PersistentVolume volume, PersistentVolumeClaim claim) {
        setPhase(bindVolume(volume, claim), "Bound", null);
        PersistentVolumeClaim bound = bindClaim(volume, claim);
        if (!"Bound".equals(phase(bound))) {
            claims.updateStatus(bound.toBuilder()
                    .editOrNewStatus()
                    .withPhase("Bound")
                    .withAccessModes(volume.getSpec().getAccessModes())
                    .withCapacity(volume.getSpec().getCapacity())
                    .withCurrentVolumeAttributesClassName(volume.getSpec().getVolumeAttributesClassName())
                    .endStatus()
                    .build());
        }
    }

    private PersistentVolume bindVolume(PersistentVolume volume, PersistentVolumeClaim claim) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference != null && Nulls.uid(claim).equals(reference.getUid())) {
            return volume;
        }
        PersistentVolumeBuilder bound = volume.toBuilder();
        if (!Matching.isClaimedBy(volume, claim)) { // else people have chosen it
            bound.editMetadata().addToAnnotations(BOUND_BY_US, "yes").endMetadata();
        }
        return volumes.update(bound.editSpec()
                .withClaimRef(new ObjectReferenceBuilder()
                        .withKind("PersistentVolumeClaim")
                        .withApiVersion("v1")
                        .withNamespace(Nulls.namespace(claim))
                        .withName(Nulls.name(claim))
                        .withUid(Nulls.uid(claim))
                        .withResourceVersion(claim.getMetadata().getResourceVersion())
                        .build())
                .endSpec()
                .build());
    }

    private PersistentVolumeClaim bindClaim(PersistentVolume volume, PersistentVolumeClaim claim) {
        boolean named = Nulls.name(volume).equals(claim.getSpec().getVolumeName());
        if (named && Nulls.annotations(claim).containsKey(COMPLETED)) {
            return claim;
        }
        PersistentVolumeClaimBuilder bound = claim.toBuilder()
                .editMetadata()
                .addToAnnotations(COMPLETED, "yes")
                .endMetadata()
                .editSpec()
                .withVolumeName(Nulls.name(volume))
                .endSpec();
        if (!named) {
            bound.editMetadata().addToAnnotations(BOUND_BY_US, "yes").endMetadata();
        }
        return claims.update(bound.build());
    }

    /** Takes the claim from the volume: wholly if it was we who gave it, else only who just it was. */
    void unbind(PersistentVolume volume) {
        PersistentVolumeBuilder free = volume.toBuilder();
        if (Nulls.annotations(volume).containsKey(BOUND_BY_US)) {
            free.editMetadata().removeFromAnnotations(BOUND_BY_US).endMetadata();
            free.editSpec().withClaimRef(null).endSpec();
        } else {
            free.editSpec().editClaimRef().withUid(null).endClaimRef().endSpec();
        }
        setPhase(volumes.update(free.build()), "Available", null);
    }

    /** Says that the claim has lost its volume. */
    void lose(PersistentVolumeClaim claim, String reason, String message) {
        if (!"Lost".equals(phase(claim))) {
            claims.updateStatus(claim.toBuilder()
                    .editOrNewStatus()
                    .withPhase("Lost")
                    .withAccessModes()
                    .withCapacity(null)
                    .withCurrentVolumeAttributesClassName(null)
                    .endStatus()
                    .build());
            events.warning(claim, reason, message);
        }
    }

    PersistentVolume setPhase(PersistentVolume volume, String phase, String message) {
        if (volume.getStatus() != null && phase.equals(volume.getStatus().getPhase())) {
            return volume;
        }
        return volumes.updateStatus(volume.toBuilder()
                .editOrNewStatus()
                .withPhase(phase)
                .withMessage(message)
                .withLastPhaseTransitionTime(Times.text(context.now()))
                .endStatus()
                .build());
    }

    private static String phase(PersistentVolumeClaim claim) {
        return claim.getStatus() == null ? "" : Nulls.or(claim.getStatus().getPhase(), "");
    }
}
