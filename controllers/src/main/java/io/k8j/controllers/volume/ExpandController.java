package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/**
 * Hands claims that want to grow over to whoever can make their volumes grow. No volume of Kubernetes' own kinds can be
 * made larger by this controller any more, upstream's neither: those that could belong to CSI drivers now.
 */
public final class ExpandController {
    private static final String RESIZER = "volume.kubernetes.io/storage-resizer";

    /** A kind of volume that a CSI driver took over. */
    private record Migrated(String plugin, String driver) {}

    private final ControllerContext context;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private ExpandController(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(PersistentVolumeClaim.class);
        this.volumes = context.informer(PersistentVolume.class);
        this.events = context.recorder("volume_expand");
        this.loop = new ControllerLoop<>("volume_expand", context.time(), this::reconcile);
        claims.onChange(Handlers.of(
                this::submit,
                (before, claim) -> {
                    if (isLarger(requested(claim), requested(before)) || isLarger(capacity(claim), capacity(before))) {
                        submit(claim);
                    }
                },
                claim -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new ExpandController(context).loop, 1);
    }

    private void submit(PersistentVolumeClaim claim) {
        boolean bound =
                claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
        if (bound) loop.queue().add(ObjectKey.of(claim));
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<PersistentVolumeClaim> found = claims.get(key);
        if (found.isEmpty()) return Outcome.DONE;
        PersistentVolumeClaim claim = found.get();
        Optional<PersistentVolume> volume =
                volumes.get(ObjectKey.of(Nulls.or(claim.getSpec().getVolumeName(), "")));
        boolean ours = volume.map(PersistentVolume::getSpec)
                .map(PersistentVolumeSpec::getClaimRef)
                .filter(reference -> Nulls.uid(claim).equals(reference.getUid()))
                .isPresent();
        if (!ours) return new Outcome.Later("the volume that is bound to claim " + key);
        if (!isLarger(requested(claim), capacity(claim))) return Outcome.DONE;
        Optional<Migrated> migrated = migrated(volume.get().getSpec());
        if (migrated.isPresent()) {
            events.normal(
                    claim,
                    "ExternalExpanding",
                    "CSI migration enabled for %s; waiting for external resizer to expand the pvc"
                            .formatted(migrated.get().plugin()));
            if (!migrated.get().driver().equals(Nulls.annotations(claim).get(RESIZER))) {
                context.resources(PersistentVolumeClaim.class)
                        .patch(
                                key,
                                PatchType.MERGE,
                                Map.of(
                                        "metadata",
                                        Map.of(
                                                "annotations",
                                                Map.of(RESIZER, migrated.get().driver()))),
                                "status");
            }
        } else {
            events.normal(claim, "ExternalExpanding", "waiting for an external controller to expand this PVC");
        }
        return Outcome.DONE;
    }

    private static Optional<Migrated> migrated(PersistentVolumeSpec spec) {
        Migrated found = null;
        if (spec.getAwsElasticBlockStore() != null) found = new Migrated("kubernetes.io/aws-ebs", "ebs.csi.aws.com");
        if (spec.getGcePersistentDisk() != null) found = new Migrated("kubernetes.io/gce-pd", "pd.csi.storage.gke.io");
        if (spec.getAzureDisk() != null) found = new Migrated("kubernetes.io/azure-disk", "disk.csi.azure.com");
        if (spec.getAzureFile() != null) found = new Migrated("kubernetes.io/azure-file", "file.csi.azure.com");
        if (spec.getCinder() != null) found = new Migrated("kubernetes.io/cinder", "cinder.csi.openstack.org");
        if (spec.getVsphereVolume() != null) {
            found = new Migrated("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com");
        }
        if (spec.getPortworxVolume() != null) found = new Migrated("kubernetes.io/portworx-volume", "pxd.portworx.com");
        return Optional.ofNullable(found);
    }

    private static Quantity requested(PersistentVolumeClaim claim) {
        return claim.getSpec().getResources() == null
                ? null
                : Nulls.map(claim.getSpec().getResources().getRequests()).get("storage");
    }

    private static Quantity capacity(PersistentVolumeClaim claim) {
        return claim.getStatus() == null
                ? null
                : Nulls.map(claim.getStatus().getCapacity()).get("storage");
    }

    private static boolean isLarger(Quantity one, Quantity other) {
        return bytes(one).compareTo(bytes(other)) > 0;
    }

    private static BigDecimal bytes(Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(quantity);
    }
}
