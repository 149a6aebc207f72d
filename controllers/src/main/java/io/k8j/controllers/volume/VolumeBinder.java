package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;

/**
 * Brings claims and volumes together, and makes volumes of the built-in class. One worker, so that no volume is given to
 * two claims.
 */
public final class VolumeBinder {
    private static final String BOUND_BY_US = "pv.kubernetes.io/bound-by-controller";
    private static final String COMPLETED = "pv.kubernetes.io/bind-completed";
    private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String EXTERNAL = "volume.kubernetes.io/storage-provisioner";
    private static final String EXTERNAL_BETA = "volume.beta.kubernetes.io/storage-provisioner";

    /** Key of the queue: a claim has a namespace, a volume has none; the class is the binder's own task. */
    private static final ObjectKey DEFAULT_CLASS = new ObjectKey("", "");

    private final ControllerContext context;
    private final Resources<PersistentVolume> volumes;
    private final Resources<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumeInformer;
    private final Informer<PersistentVolumeClaim> claimInformer;
    private final Informer<StorageClass> classes;
    private final EventRecorder events;
    private final LocalPath localPath;
    private final ControllerLoop<ObjectKey> loop;

    private VolumeBinder(ControllerContext context) {
        this.context = context;
        this.volumes = context.resources(PersistentVolume.class);
        this.claims = context.resources(PersistentVolumeClaim.class);
        this.volumeInformer = context.informer(PersistentVolume.class);
        this.claimInformer = context.informer(PersistentVolumeClaim.class);
        this.classes = context.informer(StorageClass.class);
        this.events = context.recorder("persistentvolume-controller");
        this.localPath = new LocalPath(context.config().localPathRoot());
        this.loop = new ControllerLoop<>("persistentvolume-binder", context.time(), this::reconcile);
        claimInformer.onChange(Handlers.any(this::claimChanged));
        volumeInformer.onChange(Handlers.any(this::volumeChanged));
        classes.onChange(Handlers.any(c -> enqueueUnbound()));
        context.pods().informer().onChange(Handlers.of(this::podSeen, (before, now) -> podSeen(now), pod -> {}));
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

    /** A Pod may be the first consumer of its claims. */
    private void podSeen(Pod pod) {
        if (!Pods.isScheduled(pod) || Pods.isFinished(pod)) {
            return;
        }
        Nulls.list(pod.getSpec().getVolumes()).stream()
                .filter(volume -> volume.getPersistentVolumeClaim() != null)
                .map(volume -> new ObjectKey(
                        Nulls.namespace(pod), volume.getPersistentVolumeClaim().getClaimName()))
                .filter(key -> claimInformer
                        .get(key)
                        .filter(claim -> Nulls.isEmpty(claim.getSpec().getVolumeName()))
                        .isPresent())
                .forEach(loop.queue()::add);
    }

    private Outcome reconcile(ObjectKey key) {
        if (key.equals(DEFAULT_CLASS)) {
            return makeDefaultClass();
        }
        return key.namespace().isEmpty()
                ? volumeInformer.get(key).map(this::volume).orElse(Outcome.DONE)
                : claimInformer.get(key).map(this::claim).orElse(Outcome.DONE);
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

    private Outcome claim(PersistentVolumeClaim claim) {
        if (Nulls.isEmpty(claim.getSpec().getVolumeName())) {
            return Nulls.isDeleting(claim) ? Outcome.DONE : findVolume(claim);
        }
        Optional<PersistentVolume> volume =
                volumeInformer.get(ObjectKey.of(claim.getSpec().getVolumeName()));
        boolean completed = Nulls.annotations(claim).containsKey(COMPLETED);
        if (volume.isEmpty()) {
            if (completed) {
                lose(claim, "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
            }
            return Outcome.DONE;
        }
        if (volume.get().getSpec().getClaimRef() == null || Matching.isClaimedBy(volume.get(), claim)) {
            bind(volume.get(), claim);
        } else if (completed) {
            lose(claim, "Two claims are bound to the same volume, this one is bound incorrectly");
        }
        return Outcome.DONE;
    }

    private void lose(PersistentVolumeClaim claim, String message) {
        if (!"Lost".equals(phase(claim))) {
            claims.updateStatus(claim.toBuilder()
                    .editOrNewStatus()
                    .withPhase("Lost")
                    .endStatus()
                    .build());
            events.warning(claim, "ClaimLost", message);
        }
    }

    private static String phase(PersistentVolumeClaim claim) {
        return claim.getStatus() == null ? "" : Nulls.or(claim.getStatus().getPhase(), "");
    }

    private Outcome findVolume(PersistentVolumeClaim claim) {
        String className = Nulls.or(claim.getSpec().getStorageClassName(), "");
        Optional<StorageClass> storageClass =
                className.isEmpty() ? Optional.empty() : classes.get(ObjectKey.of(className));
        boolean late = storageClass
                .filter(c -> "WaitForFirstConsumer".equals(c.getVolumeBindingMode()))
                .isPresent();
        Optional<String> node = late ? firstConsumer(claim) : Optional.empty();
        boolean reserved = volumeInformer.all().stream().anyMatch(v -> Matching.isClaimedBy(v, claim));
        if (late && node.isEmpty() && !reserved) {
            events.normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return Outcome.DONE;
        }
        Optional<PersistentVolume> volume = Matching.find(claim, volumeInformer.all());
        if (volume.isPresent()) {
            bind(volume.get(), claim);
            return Outcome.DONE;
        }
        if (storageClass.isEmpty()) {
            if (className.isEmpty()) {
                events.normal(
                        claim,
                        "FailedBinding",
                        "no persistent volumes available for this claim and no storage class is set");
            } else {
                events.warning(
                        claim,
                        "ProvisioningFailed",
                        "storageclass.storage.k8s.io \"%s\" not found".formatted(className));
            }
            return Outcome.DONE;
        }
        return provision(claim, storageClass.get(), node);
    }

    /** The node chosen by the scheduler, or that of a Pod which uses the claim and has one. */
    private Optional<String> firstConsumer(PersistentVolumeClaim claim) {
        String selected = Nulls.annotations(claim).get(SELECTED_NODE);
        if (!Nulls.isEmpty(selected)) {
            return Optional.of(selected);
        }
        return context.pods().inNamespace(Nulls.namespace(claim)).stream()
                .filter(pod -> Pods.isScheduled(pod) && !Pods.isFinished(pod))
                .filter(pod -> Nulls.list(pod.getSpec().getVolumes()).stream()
                        .anyMatch(volume -> volume.getPersistentVolumeClaim() != null
                                && Nulls.name(claim)
                                        .equals(volume.getPersistentVolumeClaim()
                                                .getClaimName())))
                .map(pod -> pod.getSpec().getNodeName())
                .findFirst();
    }

    private Outcome provision(PersistentVolumeClaim claim, StorageClass storageClass, Optional<String> node) {
        String provisioner = storageClass.getProvisioner();
        if (provisioner.equals("kubernetes.io/no-provisioner")) {
            events.normal(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
            return Outcome.DONE;
        }
        if (!provisioner.equals(LocalPath.PROVISIONER)) {
            if (!provisioner.equals(Nulls.annotations(claim).get(EXTERNAL))) {
                claims.update(claim.toBuilder()
                        .editMetadata()
                        .addToAnnotations(EXTERNAL, provisioner)
                        .addToAnnotations(EXTERNAL_BETA, provisioner)
                        .endMetadata()
                        .build());
            }
            events.normal(
                    claim,
                    "ExternalProvisioning",
                    ("Waiting for a volume to be created either by the external provisioner '%s' or manually by the system"
                                    + " administrator. If volume creation is delayed, please verify that the provisioner is"
                                    + " running and correctly registered.")
                            .formatted(provisioner));
            return Outcome.DONE;
        }
        if (node.isEmpty()) {
            events.warning(
                    claim,
                    "ProvisioningFailed",
                    "failed to provision volume with StorageClass \"%s\": configuration error, no node was specified"
                            .formatted(Nulls.name(storageClass)));
            return Outcome.DONE;
        }
        PersistentVolume made = localPath.make(claim, storageClass, node.get());
        try {
            volumes.create(made);
            events.normal(
                    claim,
                    "ProvisioningSucceeded",
                    "Successfully provisioned volume %s using %s".formatted(Nulls.name(made), provisioner));
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                throw e;
            }
        }
        return Outcome.DONE; // the volume's appearance brings the claim back
    }

    private void bind(PersistentVolume volume, PersistentVolumeClaim claim) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference == null || Nulls.isEmpty(reference.getUid())) {
            volumes.update(volume.toBuilder()
                    .editMetadata()
                    .addToAnnotations(BOUND_BY_US, "yes")
                    .endMetadata()
                    .editSpec()
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
        PersistentVolumeClaim current = claim;
        if (!Nulls.name(volume).equals(claim.getSpec().getVolumeName())
                || !Nulls.annotations(claim).containsKey(COMPLETED)) {
            boolean ours = Nulls.isEmpty(claim.getSpec().getVolumeName());
            var builder = claim.toBuilder()
                    .editMetadata()
                    .addToAnnotations(COMPLETED, "yes")
                    .endMetadata()
                    .editSpec()
                    .withVolumeName(Nulls.name(volume))
                    .endSpec();
            if (ours) {
                builder.editMetadata().addToAnnotations(BOUND_BY_US, "yes").endMetadata();
            }
            current = claims.update(builder.build());
        }
        if (!"Bound".equals(phase(current))) {
            claims.updateStatus(current.toBuilder()
                    .editOrNewStatus()
                    .withPhase("Bound")
                    .withAccessModes(volume.getSpec().getAccessModes())
                    .withCapacity(volume.getSpec().getCapacity())
                    .endStatus()
                    .build());
        }
    }

    private Outcome volume(PersistentVolume volume) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference == null || Nulls.isEmpty(reference.getUid())) {
            setPhase(volume, "Available", null);
            return Outcome.DONE;
        }
        ObjectKey key = new ObjectKey(Nulls.or(reference.getNamespace(), ""), reference.getName());
        Optional<PersistentVolumeClaim> claim = claimInformer.get(key).or(() -> claims.find(key));
        if (claim.filter(c -> Nulls.uid(c).equals(reference.getUid())).isPresent()) {
            if (Nulls.name(volume).equals(claim.get().getSpec().getVolumeName())) {
                setPhase(volume, "Bound", null);
            }
            return Outcome.DONE;
        }
        PersistentVolume released = setPhase(volume, "Released", null);
        if ("Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy()) && LocalPath.isOurs(volume)) {
            try {
                localPath.erase(released);
            } catch (UncheckedIOException e) {
                events.warning(volume, "VolumeFailedDelete", e.getMessage());
                setPhase(released, "Failed", e.getMessage());
                return new Outcome.Retry(e);
            }
            volumes.deleteIfPresent(ObjectKey.of(volume), DeleteOptions.ofUid(Nulls.uid(volume)));
        }
        return Outcome.DONE;
    }

    private PersistentVolume setPhase(PersistentVolume volume, String phase, String message) {
        if (volume.getStatus() != null
                && phase.equals(volume.getStatus().getPhase())
                && Objects.equals(message, volume.getStatus().getMessage())) {
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
}
