package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.EventRecorder;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.util.Optional;

/** Makes volumes of the built-in class, and asks the provisioners of other classes for theirs. */
final class Provisioning {
    private static final String EXTERNAL = "volume.kubernetes.io/storage-provisioner";
    private static final String EXTERNAL_BETA = "volume.beta.kubernetes.io/storage-provisioner";

    private final ControllerContext context;
    private final EventRecorder events;
    private final LocalPath localPath;

    Provisioning(ControllerContext context, EventRecorder events) {
        this.context = context;
        this.events = events;
        this.localPath = new LocalPath(context.config().localPathRoot());
    }

    void provision(PersistentVolumeClaim claim, StorageClass storageClass, Optional<String> node) {
        String provisioner = storageClass.getProvisioner();
        if (provisioner.equals(LocalPath.PROVISIONER)) {
            make(claim, storageClass, node);
        } else if (provisioner.startsWith("kubernetes.io/")) {
            events.warning(claim, "ProvisioningFailed", "no volume plugin matched name: " + provisioner);
        } else {
            ask(claim, provisioner);
        }
    }

    private void ask(PersistentVolumeClaim claim, String provisioner) {
        if (!provisioner.equals(Nulls.annotations(claim).get(EXTERNAL))) {
            context.resources(PersistentVolumeClaim.class)
                    .update(claim.toBuilder()
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
    }

    private void make(PersistentVolumeClaim claim, StorageClass storageClass, Optional<String> node) {
        if (node.isEmpty()) {
            events.warning(
                    claim,
                    "ProvisioningFailed",
                    "failed to provision volume with StorageClass \"%s\": configuration error, no node was specified"
                            .formatted(Nulls.name(storageClass)));
            return;
        }
        PersistentVolume made = localPath.make(claim, storageClass, node.get());
        try {
            context.resources(PersistentVolume.class).create(made);
            events.normal(
                    claim,
                    "ProvisioningSucceeded",
                    "Successfully provisioned volume %s using %s"
                            .formatted(Nulls.name(made), storageClass.getProvisioner()));
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) { // the volume's appearance brings the claim back
                throw e;
            }
        }
    }
}
