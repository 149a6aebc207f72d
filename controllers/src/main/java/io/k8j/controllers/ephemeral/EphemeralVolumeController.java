package io.k8j.controllers.ephemeral;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import java.util.Optional;

/** Creates the claims of Pods' ephemeral volumes; they belong to the Pod and go with it. */
public final class EphemeralVolumeController {
    private final ControllerContext context;
    private final Informer<PersistentVolumeClaim> claims;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private EphemeralVolumeController(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(PersistentVolumeClaim.class);
        this.events = context.recorder("ephemeral_volume");
        this.loop = new ControllerLoop<>("ephemeral_volume", context.time(), this::reconcile);
        context.pods().informer().onChange(Handlers.of(this::enqueue, (before, now) -> {}, pod -> {}));
        claims.onChange(Handlers.of(
                claim -> {},
                (before, now) -> {},
                gone -> Owners.controllerOf(gone)
                        .filter(owner -> "Pod".equals(owner.getKind()))
                        .ifPresent(owner -> loop.queue().add(new ObjectKey(Nulls.namespace(gone), owner.getName())))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new EphemeralVolumeController(context).loop, 5);
    }

    private void enqueue(Pod pod) {
        for (Volume volume : Nulls.list(pod.getSpec().getVolumes())) {
            if (volume.getEphemeral() != null) {
                loop.queue().add(ObjectKey.of(pod));
                return;
            }
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Pod> found = context.pods().get(key).filter(pod -> !Nulls.isDeleting(pod) && !Pods.isFinished(pod));
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        for (Volume volume : Nulls.list(found.get().getSpec().getVolumes())) {
            if (volume.getEphemeral() != null && volume.getEphemeral().getVolumeClaimTemplate() != null) {
                create(found.get(), volume);
            }
        }
        return Outcome.DONE;
    }

    private void create(Pod pod, Volume volume) {
        ObjectKey key = new ObjectKey(Nulls.namespace(pod), Nulls.name(pod) + "-" + volume.getName());
        Optional<PersistentVolumeClaim> present = claims.get(key);
        if (present.isPresent()) {
            if (!Owners.isControlledBy(present.get(), pod)) {
                throw ApiException.conflict(
                        context.resources(PersistentVolumeClaim.class).resource(),
                        key.name(),
                        "PVC %s was not created for pod %s (pod is not owner)".formatted(key, ObjectKey.of(pod)));
            }
            return;
        }
        PersistentVolumeClaimTemplate template = volume.getEphemeral().getVolumeClaimTemplate();
        PersistentVolumeClaimBuilder claim = new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(key.namespace())
                .withName(key.name())
                .withOwnerReferences(Owners.referenceTo(pod))
                .endMetadata()
                .withSpec(template.getSpec());
        if (template.getMetadata() != null) {
            claim.editMetadata()
                    .withLabels(template.getMetadata().getLabels())
                    .withAnnotations(template.getMetadata().getAnnotations())
                    .endMetadata();
        }
        try {
            context.resources(PersistentVolumeClaim.class).create(claim.build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                events.warning(
                        pod, "FailedBinding", "ephemeral volume %s: %s".formatted(volume.getName(), e.getMessage()));
                throw e;
            }
        }
    }
}
