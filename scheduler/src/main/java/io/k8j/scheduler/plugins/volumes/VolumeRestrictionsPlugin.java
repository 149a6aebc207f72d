package io.k8j.scheduler.plugins.volumes;

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
import io.k8j.scheduler.plugins.Claims;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Keeps volumes that only one Pod or one node may have from being used twice. */
public final class VolumeRestrictionsPlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final Status CLAIM_IN_USE = Status.unschedulable(
                    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by"
                            + " another pod")
            .by("VolumeRestrictions");
    private static final Status DISK_IN_USE =
            Status.unschedulable("node(s) had no available disk").by("VolumeRestrictions");
    private static final CycleState.Key<Needs> NEEDS = new CycleState.Key<>();

    private static final class Needs {
        final Set<String> exclusive = new HashSet<>(); // claims for one Pod only, by namespace and name
        final List<Volume> disks = new ArrayList<>();
        int others; // how often Pods on any node use the exclusive claims

        void count(PodInfo other, int by) {
            for (int i = 0; i < other.volumes().size(); i++) {
                if (other.volumes().get(i).getPersistentVolumeClaim() != null
                        && exclusive.contains(other.namespace() + "/"
                                + other.volumes()
                                        .get(i)
                                        .getPersistentVolumeClaim()
                                        .getClaimName())) {
                    others += by;
                }
            }
        }
    }

    private final Claims claims;

    public VolumeRestrictionsPlugin(Claims claims) {
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
        Needs needs = new Needs();
        for (Claims.Use use : Claims.usesOf(pod)) {
            PersistentVolumeClaim claim = claims.find(pod, use);
            if (claim == null) {
                return Status.unresolvable("persistentvolumeclaim \"%s\" not found".formatted(use.name()));
            }
            if (claim.getSpec().getAccessModes().contains("ReadWriteOncePod")) {
                needs.exclusive.add(pod.namespace() + "/" + use.name());
            }
        }
        for (int i = 0; i < pod.volumes().size(); i++) {
            if (isDisk(pod.volumes().get(i))) {
                needs.disks.add(pod.volumes().get(i));
            }
        }
        for (String claim : needs.exclusive) {
            for (NodeInfo node : nodes.all()) {
                needs.others += node.usesOfClaim(claim);
            }
        }
        if (needs.others == 0 && needs.disks.isEmpty()) {
            return Status.SKIP;
        }
        state.write(NEEDS, needs);
        return Status.SUCCESS;
    }

    @Override
    public void podAdded(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        state.read(NEEDS).count(added, 1);
    }

    @Override
    public void podRemoved(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        state.read(NEEDS).count(removed, -1);
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
        for (Volume disk : needs.disks) {
            for (PodInfo other : node.pods()) {
                if (other.volumes().stream().anyMatch(v -> conflict(disk, v))) {
                    return DISK_IN_USE;
                }
            }
        }
        return needs.others > 0 ? CLAIM_IN_USE : Status.SUCCESS;
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
