package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Keeps volumes that only one Pod or one node may have from being used twice. */
final class VolumeRestrictionsPlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final Status CLAIM_IN_USE = Status.unschedulable(
                    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode")
            .by("VolumeRestrictions");
    private static final Status DISK_IN_USE =
            Status.unschedulable("node(s) had no available disk").by("VolumeRestrictions");
    private static final CycleState.Key<Needs> NEEDS = new CycleState.Key<>();

    /** Claims for one Pod only, by namespace and name, and disks. */
    private record Needs(List<String> exclusive, List<Volume> disks) {}

    private final Claims claims;

    VolumeRestrictionsPlugin(Claims claims) {
        this.claims = claims;
    }

    @Override
    public String name() {
        return "VolumeRestrictions";
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        List<String> exclusive = new ArrayList<>();
        for (Claims.Use use : Claims.usesOf(pod)) {
            PersistentVolumeClaim claim = claims.find(pod, use);
            if (claim == null) {
                return Status.unresolvable("persistentvolumeclaim \"%s\" not found".formatted(use.name()));
            }
            if (claim.getSpec().getAccessModes().contains("ReadWriteOncePod")) {
                exclusive.add(pod.namespace() + "/" + use.name());
            }
        }
        List<Volume> disks = new ArrayList<>();
        for (int i = 0; i < pod.volumes().size(); i++) {
            if (isDisk(pod.volumes().get(i))) {
                disks.add(pod.volumes().get(i));
            }
        }
        if (exclusive.isEmpty() && disks.isEmpty()) {
            return Status.SKIP;
        }
        state.write(NEEDS, new Needs(exclusive, disks));
        return Status.SUCCESS;
    }

    private static boolean isDisk(Volume volume) {
        return volume.getGcePersistentDisk() != null
                || volume.getAwsElasticBlockStore() != null
                || volume.getRbd() != null
                || volume.getIscsi() != null;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Needs needs = state.read(NEEDS);
        for (String claim : needs.exclusive) {
            if (node.usesOfClaim(claim) > 0) {
                return CLAIM_IN_USE;
            }
        }
        for (Volume disk : needs.disks) {
            for (PodInfo other : node.pods()) {
                if (other.volumes().stream().anyMatch(v -> conflict(disk, v))) {
                    return DISK_IN_USE;
                }
            }
        }
        return Status.SUCCESS;
    }

    private static boolean conflict(Volume one, Volume other) {
        if (one.getGcePersistentDisk() != null && other.getGcePersistentDisk() != null) {
            return one.getGcePersistentDisk()
                            .getPdName()
                            .equals(other.getGcePersistentDisk().getPdName())
                    && !(isTrue(one.getGcePersistentDisk().getReadOnly())
                            && isTrue(other.getGcePersistentDisk().getReadOnly()));
        }
        if (one.getAwsElasticBlockStore() != null && other.getAwsElasticBlockStore() != null) {
            return one.getAwsElasticBlockStore()
                    .getVolumeID()
                    .equals(other.getAwsElasticBlockStore().getVolumeID());
        }
        if (one.getIscsi() != null && other.getIscsi() != null) {
            return Objects.equals(one.getIscsi().getIqn(), other.getIscsi().getIqn())
                    && !(isTrue(one.getIscsi().getReadOnly())
                            && isTrue(other.getIscsi().getReadOnly()));
        }
        if (one.getRbd() != null && other.getRbd() != null) {
            return one.getRbd().getMonitors().stream().anyMatch(other.getRbd().getMonitors()::contains)
                    && Objects.equals(one.getRbd().getPool(), other.getRbd().getPool())
                    && Objects.equals(one.getRbd().getImage(), other.getRbd().getImage())
                    && !(isTrue(one.getRbd().getReadOnly())
                            && isTrue(other.getRbd().getReadOnly()));
        }
        return false;
    }

    private static boolean isTrue(Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onAssignedPod(
                        ClusterEvent.DELETE,
                        (pod, gone, now) -> gone != null && !gone.volumes().isEmpty()),
                EventHint.always(ClusterEvent.Resource.NODE, ClusterEvent.ADD),
                StorageEvents.onOwnClaim(ClusterEvent.ADD | ClusterEvent.UPDATE));
    }
}
