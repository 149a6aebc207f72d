package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.VolumeAttributesClass;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Holds back the deletion of claims that Pods use, of volumes that claims use, and of what both are made by. */
public final class ProtectionController {
    private static final String CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
    private static final String CLASS_FINALIZER = "kubernetes.io/vac-protection";
    private static final String VOLUME_FINALIZER = "kubernetes.io/pv-protection";

    private ProtectionController() {}

    /** Keeps claims until no Pod uses them any more. */
    public static Controller claims(ControllerContext context) {
        Informer<PersistentVolumeClaim> claims = context.informer(PersistentVolumeClaim.class);
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("pvc-protection", context.time(), key -> {
            claims.get(key)
                    .ifPresent(claim -> protect(
                            claim,
                            CLAIM_FINALIZER,
                            Nulls.isDeleting(claim) && isUsed(context, key),
                            finalizers -> context.resources(PersistentVolumeClaim.class)
                                    .update(claim.toBuilder()
                                            .editMetadata()
                                            .withFinalizers(finalizers)
                                            .endMetadata()
                                            .build())));
            return Outcome.DONE;
        });
        claims.onChange(Handlers.any(claim -> loop.queue().add(ObjectKey.of(claim))));
        Consumer<Pod> ended =
                pod -> ClaimUse.of(pod).forEach(name -> loop.queue().add(new ObjectKey(Nulls.namespace(pod), name)));
        context.pods()
                .informer()
                .onChange(Handlers.of(
                        pod -> {},
                        (before, now) -> {
                            if (!Pods.isFinished(before) && Pods.isFinished(now)) {
                                ended.accept(now);
                            }
                        },
                        ended));
        return Controller.of(loop, 2);
    }

    /** Keeps volumes while they are bound. */
    public static Controller volumes(ControllerContext context) {
        Informer<PersistentVolume> volumes = context.informer(PersistentVolume.class);
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("pv-protection", context.time(), key -> {
            volumes.get(key)
                    .ifPresent(volume -> protect(
                            volume,
                            VOLUME_FINALIZER,
                            volume.getStatus() != null
                                    && "Bound".equals(volume.getStatus().getPhase()),
                            finalizers -> context.resources(PersistentVolume.class)
                                    .update(volume.toBuilder()
                                            .editMetadata()
                                            .withFinalizers(finalizers)
                                            .endMetadata()
                                            .build())));
            return Outcome.DONE;
        });
        volumes.onChange(Handlers.any(volume -> loop.queue().add(ObjectKey.of(volume))));
        return Controller.of(loop, 1);
    }

    /** Keeps classes of volumes' attributes while volumes or claims have or want them. */
    public static Controller attributesClasses(ControllerContext context) {
        Informer<VolumeAttributesClass> classes = context.informer(VolumeAttributesClass.class);
        Informer<PersistentVolumeClaim> claims = context.informer(PersistentVolumeClaim.class);
        Informer<PersistentVolume> volumes = context.informer(PersistentVolume.class);
        Informer.Index<PersistentVolumeClaim> claimsOf = claims.index(ClaimUse::attributesClasses);
        Informer.Index<PersistentVolume> volumesOf = volumes.index(ProtectionController::attributesClasses);
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("vacprotection", context.time(), key -> {
            classes.get(key)
                    .ifPresent(one -> protect(
                            one,
                            CLASS_FINALIZER,
                            claimsOf.has(key.name()) || volumesOf.has(key.name()),
                            finalizers -> context.resources(VolumeAttributesClass.class)
                                    .update(one.toBuilder()
                                            .editMetadata()
                                            .withFinalizers(finalizers)
                                            .endMetadata()
                                            .build())));
            return Outcome.DONE;
        });
        classes.onChange(Handlers.any(one -> loop.queue().add(ObjectKey.of(one))));
        Consumer<Collection<String>> free =
                names -> names.forEach(name -> loop.queue().add(ObjectKey.of(name)));
        claims.onChange(Handlers.of(
                claim -> {},
                (before, now) ->
                        free.accept(without(ClaimUse.attributesClasses(before), ClaimUse.attributesClasses(now))),
                claim -> free.accept(ClaimUse.attributesClasses(claim))));
        volumes.onChange(Handlers.of(
                volume -> {},
                (before, now) -> free.accept(without(attributesClasses(before), attributesClasses(now))),
                volume -> free.accept(attributesClasses(volume))));
        return Controller.of(loop, 1);
    }

    private static Set<String> attributesClasses(PersistentVolume volume) {
        String name = Nulls.or(volume.getSpec().getVolumeAttributesClassName(), "");
        return name.isEmpty() ? Set.of() : Set.of(name);
    }

    private static Set<String> without(Set<String> before, Set<String> now) {
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(now);
        return gone;
    }

    private static boolean isUsed(ControllerContext context, ObjectKey claim) {
        return context.pods().inNamespace(claim.namespace()).stream()
                .anyMatch(pod -> !Pods.isFinished(pod)
                        && Pods.isScheduled(pod)
                        && ClaimUse.of(pod).contains(claim.name()));
    }

    /** Adds the finalizer to what lives, removes it from what is leaving and not used. A conflict is tried again. */
    private static void protect(HasMetadata object, String finalizer, boolean used, Consumer<List<String>> update) {
        List<String> finalizers =
                new ArrayList<>(Nulls.list(object.getMetadata().getFinalizers()));
        boolean has = finalizers.contains(finalizer);
        boolean wanted = !Nulls.isDeleting(object) || (has && used);
        if (has == wanted) {
            return;
        }
        if (wanted) {
            finalizers.add(finalizer);
        } else {
            finalizers.remove(finalizer);
        }
        try {
            update.accept(finalizers);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
