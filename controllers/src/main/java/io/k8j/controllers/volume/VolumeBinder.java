package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
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
import io.k8j.model.api.ApiException;

/**
 * Brings claims and volumes together, and makes volumes of the built-in class. One worker, so that no volume is given to
 * two claims.
 */
public final class VolumeBinder {
    /** Key of the queue: a claim has a namespace, a volume has none; the class is the binder's own task. */
    private static final ObjectKey DEFAULT_CLASS = new ObjectKey("", "");

    private final ControllerContext context;
    private final Informer<PersistentVolume> volumeInformer;
    private final Informer<PersistentVolumeClaim> claimInformer;
    private final Informer<StorageClass> classes;
    private final ClaimSync claimSync;
    private final VolumeSync volumeSync;
    private final ControllerLoop<ObjectKey> loop;

    private VolumeBinder(ControllerContext context) {
        this.context = context;
        this.volumeInformer = context.informer(PersistentVolume.class);
        this.claimInformer = context.informer(PersistentVolumeClaim.class);
        this.classes = context.informer(StorageClass.class);
        EventRecorder events = context.recorder("persistentvolume-controller");
        Binding binding = new Binding(context, events);
        this.claimSync = new ClaimSync(context, volumeInformer, classes, events, binding);
        this.volumeSync = new VolumeSync(context, claimInformer, events, binding);
        this.loop = new ControllerLoop<>("persistentvolume-binder", context.time(), this::reconcile);
        claimInformer.onChange(Handlers.any(this::claimChanged));
        volumeInformer.onChange(Handlers.any(this::volumeChanged));
        classes.onChange(Handlers.any(c -> enqueueUnbound()));
        context.pods().informer().onChange(Handlers.of(this::podSeen, this::podUpdated, pod -> {}));
    }

    public static Controller create(ControllerContext context) {
        VolumeBinder binder = new VolumeBinder(context);
        return Controller.of(binder.loop, 1, () -> binder.loop.queue().add(DEFAULT_CLASS));
    }

    private void claimChanged(PersistentVolumeClaim claim) {
        loop.queue().add(ObjectKey.of(claim));
        if (!Nulls.isEmpty(claim.getSpec().getVolumeName())) {
            loop.queue().add(ObjectKey.of(claim.getSpec().getVolumeName()));
        }
    }

    private void volumeChanged(PersistentVolume volume) {
        loop.queue().add(ObjectKey.of(volume));
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference != null) {
            loop.queue().add(new ObjectKey(Nulls.or(reference.getNamespace(), ""), reference.getName()));
        } else {
            enqueueUnbound();
        }
    }

    private void enqueueUnbound() {
        claimInformer.all().stream()
                .filter(claim -> Nulls.isEmpty(claim.getSpec().getVolumeName()))
                .forEach(claim -> loop.queue().add(ObjectKey.of(claim)));
    }

    private void podUpdated(Pod before, Pod now) {
        if (Pods.isScheduled(before) != Pods.isScheduled(now)) {
            podSeen(now);
        }
    }

    /** A Pod may be the first consumer of its claims, or what they wait for. */
    private void podSeen(Pod pod) {
        if (Pods.isFinished(pod)) {
            return;
        }
        for (String name : ClaimUse.of(pod)) {
            ObjectKey key = new ObjectKey(Nulls.namespace(pod), name);
            if (claimInformer
                    .get(key)
                    .filter(claim -> Nulls.isEmpty(claim.getSpec().getVolumeName()))
                    .isPresent()) {
                loop.queue().add(key);
            }
        }
    }

    private Outcome reconcile(ObjectKey key) {
        if (key.equals(DEFAULT_CLASS)) {
            return makeDefaultClass();
        }
        return key.namespace().isEmpty()
                ? volumeInformer.get(key).map(volumeSync::sync).orElse(Outcome.DONE)
                : claimInformer.get(key).map(this::claim).orElse(Outcome.DONE);
    }

    private Outcome claim(PersistentVolumeClaim claim) {
        claimSync.sync(claim);
        return Outcome.DONE;
    }

    private Outcome makeDefaultClass() {
        if (context.config().localPathRoot().toString().isEmpty()
                || classes.get(ObjectKey.of(LocalPath.CLASS)).isPresent()) {
            return Outcome.DONE;
        }
        try {
            context.resources(StorageClass.class).create(LocalPath.storageClass());
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                throw e;
            }
        }
        return Outcome.DONE;
    }
}
