package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds back the deletion of claims that Pods use, and of volumes that claims use. */
public final class ProtectionController {
    private static final String CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
    private static final String VOLUME_FINALIZER = "kubernetes.io/pv-protection";

    private final ControllerContext context;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final ControllerLoop<ObjectKey> loop;

    private ProtectionController(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(PersistentVolumeClaim.class);
        this.volumes = context.informer(PersistentVolume.class);
        this.loop = new ControllerLoop<>("storage-protection", context.time(), this::reconcile);
        claims.onChange(Handlers.any(claim -> loop.queue().add(ObjectKey.of(claim))));
        volumes.onChange(Handlers.any(volume -> loop.queue().add(ObjectKey.of(volume))));
        context.pods().informer().onChange(Handlers.of(pod -> {}, this::podUpdated, this::podEnded));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new ProtectionController(context).loop, 2);
    }

    private void podUpdated(Pod before, Pod now) {
        if (!Pods.isFinished(before) && Pods.isFinished(now)) {
            podEnded(now);
        }
    }

    private void podEnded(Pod pod) {
        claimsOf(pod).forEach(name -> loop.queue().add(new ObjectKey(Nulls.namespace(pod), name)));
    }

    private static List<String> claimsOf(Pod pod) {
        return Nulls.list(pod.getSpec().getVolumes()).stream()
                .map(volume -> volume.getPersistentVolumeClaim() != null
                        ? volume.getPersistentVolumeClaim().getClaimName()
                        : volume.getEphemeral() != null ? Nulls.name(pod) + "-" + volume.getName() : "")
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private Outcome reconcile(ObjectKey key) {
        if (key.namespace().isEmpty()) {
            volumes.get(key).ifPresent(volume -> {
                boolean used = volume.getStatus() != null
                        && "Bound".equals(volume.getStatus().getPhase());
                protect(context.resources(PersistentVolume.class), volume, VOLUME_FINALIZER, used);
            });
            return Outcome.DONE;
        }
        claims.get(key).ifPresent(claim -> {
            boolean used = Nulls.isDeleting(claim)
                    && context.pods().inNamespace(key.namespace()).stream()
                            .anyMatch(pod -> !Pods.isFinished(pod)
                                    && Pods.isScheduled(pod)
                                    && claimsOf(pod).contains(key.name()));
            protect(context.resources(PersistentVolumeClaim.class), claim, CLAIM_FINALIZER, used);
        });
        return Outcome.DONE;
    }

    private static <T extends HasMetadata> void protect(
            Resources<T> resources, T object, String finalizer, boolean used) {
        boolean has = Nulls.list(object.getMetadata().getFinalizers()).contains(finalizer);
        boolean wanted = !Nulls.isDeleting(object) || (has && used);
        if (has == wanted) {
            return;
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("uid", Nulls.uid(object));
        metadata.put(wanted ? "finalizers" : "$deleteFromPrimitiveList/finalizers", List.of(finalizer));
        try {
            resources.patch(ObjectKey.of(object), PatchType.STRATEGIC, Map.of("metadata", metadata), "");
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
