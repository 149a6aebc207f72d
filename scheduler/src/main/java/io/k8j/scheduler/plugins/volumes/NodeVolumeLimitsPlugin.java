package io.k8j.scheduler.plugins.volumes;

import io.fabric8.kubernetes.api.model.CSIPersistentVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSINodeDriver;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachmentSource;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.plugins.Claims;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses nodes to which a driver cannot attach more volumes. */
public final class NodeVolumeLimitsPlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final Status FULL =
            Status.unschedulable("node(s) exceed max volume count").by("NodeVolumeLimits");
    private static final CycleState.Key<Set<Attachment>> WANTED = new CycleState.Key<>();

    /** A volume of a driver; a claim's name stands for the volume that is still to be made. */
    private record Attachment(String driver, String handle) {}

    private final Claims claims;
    private final Informer<CSINode> csiNodes;
    private final Informer.Index<VolumeAttachment> attachments; // by node

    public NodeVolumeLimitsPlugin(Claims claims, Informer<CSINode> csiNodes, Informer<VolumeAttachment> attachments) {
        this.claims = claims;
        this.csiNodes = csiNodes;
        this.attachments =
                attachments.index(attachment -> List.of(attachment.getSpec().getNodeName()));
    }

    @Override
    public String name() {
        return "NodeVolumeLimits";
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        Set<Attachment> wanted = wantedBy(pod);
        if (wanted.isEmpty()) {
            return Status.SKIP;
        }
        state.write(WANTED, wanted);
        return Status.SUCCESS;
    }

    private Set<Attachment> wantedBy(PodInfo pod) {
        Set<Attachment> wanted = new HashSet<>();
        for (Claims.Use use : Claims.usesOf(pod)) {
            Attachment attachment = attachmentOf(claims.find(pod, use));
            if (attachment != null) {
                wanted.add(attachment);
            }
        }
        return wanted;
    }

    /** What is attached although no Pod on the node uses it (any more). */
    private Attachment attachmentOf(VolumeAttachment attached) {
        VolumeAttachmentSource source = attached.getSpec().getSource();
        CSIPersistentVolumeSource csi = null;
        if (source.getInlineVolumeSpec() != null) {
            csi = source.getInlineVolumeSpec().getCsi();
        } else if (source.getPersistentVolumeName() != null) {
            csi = claims.volumes()
                    .get(ObjectKey.of(source.getPersistentVolumeName()))
                    .map(volume -> volume.getSpec().getCsi())
                    .orElse(null);
        }
        return csi == null ? null : new Attachment(csi.getDriver(), csi.getVolumeHandle());
    }

    /** Null for volumes that are not attached by a CSI driver. */
    private Attachment attachmentOf(PersistentVolumeClaim claim) {
        if (claim == null) {
            return null;
        }
        PersistentVolume volume = Claims.volumeName(claim).isEmpty() ? null : claims.volumeOf(claim);
        if (volume != null) {
            return volume.getSpec().getCsi() == null
                    ? null
                    : new Attachment(
                            volume.getSpec().getCsi().getDriver(),
                            volume.getSpec().getCsi().getVolumeHandle());
        }
        StorageClass storageClass = claims.classOf(claim);
        return storageClass == null
                ? null
                : new Attachment(
                        storageClass.getProvisioner(), ObjectKey.of(claim).toString());
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        CSINode csiNode = csiNodes.get(ObjectKey.of(node.name())).orElse(null);
        if (csiNode == null || csiNode.getSpec().getDrivers().isEmpty()) {
            return Status.SUCCESS;
        }
        Set<Attachment> wanted = new HashSet<>(state.read(WANTED));
        Map<String, Integer> counts = new HashMap<>();
        Set<Attachment> there = new HashSet<>();
        for (String claim : node.claims().keySet()) {
            int slash = claim.indexOf('/');
            ObjectKey key = new ObjectKey(claim.substring(0, slash), claim.substring(slash + 1));
            Attachment attachment = attachmentOf(claims.claims().get(key).orElse(null));
            if (attachment != null && there.add(attachment)) {
                counts.merge(attachment.driver, 1, Integer::sum);
            }
        }
        for (VolumeAttachment attached : attachments.get(node.name())) {
            Attachment attachment = attachmentOf(attached);
            if (attachment != null && there.add(attachment)) {
                counts.merge(attachment.driver, 1, Integer::sum);
            }
        }
        wanted.removeAll(there);
        Map<String, Integer> more = new HashMap<>();
        wanted.forEach(attachment -> more.merge(attachment.driver, 1, Integer::sum));
        for (CSINodeDriver driver : csiNode.getSpec().getDrivers()) {
            Integer limit = driver.getAllocatable() == null
                    ? null
                    : driver.getAllocatable().getCount();
            int added = more.getOrDefault(driver.getName(), 0);
            if (limit != null && added > 0 && counts.getOrDefault(driver.getName(), 0) + added > limit) {
                return FULL;
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.always(ClusterEvent.Resource.CSI_NODE, ClusterEvent.ADD | ClusterEvent.UPDATE),
                EventHint.onAssignedPod(
                        ClusterEvent.DELETE,
                        (pod, gone, now) -> gone != null && !gone.volumes().isEmpty()),
                StorageEvents.onOwnClaim(ClusterEvent.ADD),
                new EventHint(
                        new ClusterEvent(ClusterEvent.Resource.VOLUME_ATTACHMENT, ClusterEvent.DELETE),
                        (pod, gone, now) -> wantedBy(pod).stream()
                                .anyMatch(a -> a.driver.equals(
                                        ((VolumeAttachment) gone).getSpec().getAttacher()))));
    }
}
