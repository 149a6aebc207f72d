package io.k8j.scheduler.plugins.volumes;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
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
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds Pods to the zones that the labels of their volumes name. */
public final class VolumeZonePlugin implements Plugin.PreFilter, Plugin.Filter {
    private static final List<String> LABELS = List.of(
            "failure-domain.beta.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region",
            "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region");
    private static final Status ELSEWHERE =
            Status.unresolvable("node(s) had no available volume zone").by("VolumeZone");
    private static final CycleState.Key<List<Place>> PLACES = new CycleState.Key<>();

    private record Place(String label, Set<String> values) {
        boolean has(NodeInfo node) {
            String value = node.labels().get(label);
            if (value == null && label.startsWith("failure-domain.beta.")) {
                value = node.labels().get(label.replace("failure-domain.beta.", "topology."));
            }
            return value != null && values.contains(value);
        }
    }

    private final Claims claims;

    public VolumeZonePlugin(Claims claims) {
        this.claims = claims;
    }

    @Override
    public String name() {
        return "VolumeZone";
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        List<Place> places = new ArrayList<>();
        for (Claims.Use use : Claims.usesOf(pod)) {
            if (use.ephemeral()) {
                continue;
            }
            PersistentVolumeClaim claim = claims.find(pod, use);
            if (claim == null) {
                return Status.unresolvable("persistentvolumeclaim \"%s\" not found".formatted(use.name()));
            }
            PersistentVolume volume = null;
            if (!Claims.volumeName(claim).isEmpty()) {
                volume = claims.volumeOf(claim);
                if (volume == null) {
                    return Status.unresolvable("persistentvolume \"%s\" not found".formatted(Claims.volumeName(claim)));
                }
            } else if (!claims.waitsForConsumer(claim)) {
                return Status.unresolvable(withoutVolume(claim));
            }
            Map<String, String> labels =
                    volume == null ? null : volume.getMetadata().getLabels();
            for (String label : LABELS) {
                if (labels != null && labels.containsKey(label)) {
                    places.add(new Place(label, Set.of(labels.get(label).split("__", -1))));
                }
            }
        }
        if (places.isEmpty()) {
            return Status.SKIP;
        }
        state.write(PLACES, places);
        return Status.SUCCESS;
    }

    /** Why a claim cannot be used that nobody is going to give a volume for this Pod. */
    private String withoutVolume(PersistentVolumeClaim claim) {
        String name = Claims.className(claim);
        if (name.isEmpty()) {
            return "PersistentVolumeClaim had no pv name and storageClass name";
        }
        return claims.classOf(claim) == null
                ? "storageclass.storage.k8s.io \"%s\" not found".formatted(name)
                : "PersistentVolume had no name";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        if (LABELS.stream().noneMatch(node.labels()::containsKey)) {
            return Status.SUCCESS; // a cluster without zones
        }
        for (Place place : state.read(PLACES)) {
            if (!place.has(node)) {
                return ELSEWHERE;
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.always(ClusterEvent.Resource.NODE, ClusterEvent.ADD | ClusterEvent.NODE_LABELS),
                StorageEvents.onOwnClaim(ClusterEvent.ADD | ClusterEvent.UPDATE),
                EventHint.always(ClusterEvent.Resource.STORAGE_CLASS, ClusterEvent.ADD),
                EventHint.always(ClusterEvent.Resource.VOLUME, ClusterEvent.ADD | ClusterEvent.UPDATE));
    }
}
