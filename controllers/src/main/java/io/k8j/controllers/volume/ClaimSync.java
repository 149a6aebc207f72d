package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of a claim: it keeps its volume, gets one, waits, or has lost it. */
final class ClaimSync {
    private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";

    private final ControllerContext context;
    private final Informer<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;
    private final EventRecorder events;
    private final Binding binding;
    private final Provisioning provisioning;

    ClaimSync(
            ControllerContext context,
            Informer<PersistentVolume> volumes,
            Informer<StorageClass> classes,
            EventRecorder events,
            Binding binding) {
        this.context = context;
        this.volumes = volumes;
        this.classes = classes;
        this.events = events;
        this.binding = binding;
        this.provisioning = new Provisioning(context, events);
    }

    void sync(PersistentVolumeClaim claim) {
        if (Nulls.annotations(claim).containsKey(Binding.COMPLETED)) {
            keep(claim);
        } else if (!Nulls.isEmpty(claim.getSpec().getVolumeName())) {
            bindNamed(claim);
        } else if (!Nulls.isDeleting(claim)) {
            find(claim);
        }
    }

    private void keep(PersistentVolumeClaim claim) {
        String name = Nulls.or(claim.getSpec().getVolumeName(), "");
        Optional<PersistentVolume> volume = name.isEmpty() ? Optional.empty() : volumes.get(ObjectKey.of(name));
        if (name.isEmpty()) {
            String lost = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
            binding.lose(claim, "ClaimLost", lost);
        } else if (volume.isEmpty()) {
            binding.lose(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        } else if (volume.get().getSpec().getClaimRef() == null
                || Nulls.uid(claim).equals(volume.get().getSpec().getClaimRef().getUid())) {
            binding.bind(volume.get(), claim);
        } else {
            String two = "Two claims are bound to the same volume, this one is bound incorrectly";
            binding.lose(claim, "ClaimMisbound", two);
        }
    }

    /** The claim asks for one volume by its name. */
    private void bindNamed(PersistentVolumeClaim claim) {
        Optional<PersistentVolume> volume =
                volumes.get(ObjectKey.of(claim.getSpec().getVolumeName()));
        if (volume.isEmpty()) {
            return; // it may come
        }
        if (Matching.isClaimedBy(volume.get(), claim)) {
            binding.bind(volume.get(), claim);
        } else if (volume.get().getSpec().getClaimRef() != null) {
            events.warning(
                    claim,
                    "FailedBinding",
                    "volume \"%s\" already bound to a different claim.".formatted(Nulls.name(volume.get())));
        } else {
            Optional<String> mismatch = Matching.mismatch(claim, volume.get());
            if (mismatch.isPresent()) {
                events.warning(
                        claim,
                        "VolumeMismatch",
                        "Cannot bind to requested volume \"%s\": %s"
                                .formatted(Nulls.name(volume.get()), mismatch.get()));
            } else {
                binding.bind(volume.get(), claim);
            }
        }
    }

    private void find(PersistentVolumeClaim claim) {
        String className = Matching.storageClass(claim);
        Optional<StorageClass> storageClass =
                className.isEmpty() ? Optional.empty() : classes.get(ObjectKey.of(className));
        boolean late = storageClass
                .filter(c -> "WaitForFirstConsumer".equals(c.getVolumeBindingMode()))
                .isPresent();
        Optional<PersistentVolume> volume = Matching.find(claim, volumes.all(), late);
        if (volume.isPresent()) {
            binding.bind(volume.get(), claim);
            return;
        }
        if (!Matching.tellsClass(claim) && takeDefaultClass(claim)) {
            return;
        }
        Optional<String> node = late ? firstConsumer(claim) : Optional.empty();
        if (late && node.isEmpty()) {
            sayWhatItWaitsFor(claim);
        } else if (storageClass.isPresent()) {
            provisioning.provision(claim, storageClass.get(), node);
        } else if (className.isEmpty()) {
            events.normal(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        } else {
            events.warning(
                    claim, "ProvisioningFailed", "storageclass.storage.k8s.io \"%s\" not found".formatted(className));
        }
    }

    /** The default class may have come later than the claim. */
    private boolean takeDefaultClass(PersistentVolumeClaim claim) {
        Optional<StorageClass> newest = classes.all().stream()
                .filter(ClaimSync::isDefault)
                .min(Comparator.comparing((StorageClass c) -> Times.created(c))
                        .reversed()
                        .thenComparing(Nulls::name));
        newest.ifPresent(found -> context.resources(PersistentVolumeClaim.class)
                .update(claim.toBuilder()
                        .editSpec()
                        .withStorageClassName(Nulls.name(found))
                        .endSpec()
                        .build()));
        return newest.isPresent();
    }

    private static boolean isDefault(StorageClass storageClass) {
        return Stream.of(
                        "storageclass.kubernetes.io/is-default-class",
                        "storageclass.beta.kubernetes.io/is-default-class")
                .anyMatch(name -> "true".equals(Nulls.annotations(storageClass).get(name)));
    }

    private void sayWhatItWaitsFor(PersistentVolumeClaim claim) {
        List<String> pods = ClaimUse.users(context.pods(), claim)
                .filter(pod -> !Pods.isScheduled(pod))
                .map(Nulls::name)
                .sorted()
                .toList();
        if (pods.isEmpty()) {
            events.normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        } else {
            events.normal(
                    claim,
                    "WaitForPodScheduled",
                    "waiting for %s %s to be scheduled"
                            .formatted(pods.size() == 1 ? "pod" : "pods", String.join(",", pods)));
        }
    }

    /** The node chosen by the scheduler, or that of a Pod which uses the claim and was given its node otherwise. */
    private Optional<String> firstConsumer(PersistentVolumeClaim claim) {
        String selected = Nulls.annotations(claim).get(SELECTED_NODE);
        if (!Nulls.isEmpty(selected)) {
            return Optional.of(selected);
        }
        return ClaimUse.users(context.pods(), claim)
                .filter(Pods::isScheduled)
                .map(pod -> pod.getSpec().getNodeName())
                .findFirst();
    }
}
