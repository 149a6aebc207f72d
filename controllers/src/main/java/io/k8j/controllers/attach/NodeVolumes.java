package io.k8j.controllers.attach;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.pods.PodStore;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the volumes that a node's Pods use and that have to be attached. Reads the shared copies only. */
final class NodeVolumes {
    /** A volume and the Pods of one node that use it. */
    record Wanted(CsiVolume volume, List<Pod> pods) {}

    private final Informer.Index<Pod> podsOf;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final Informer<CSIDriver> drivers;

    NodeVolumes(
            PodStore pods,
            Informer<PersistentVolumeClaim> claims,
            Informer<PersistentVolume> volumes,
            Informer<CSIDriver> drivers) {
        this.claims = claims;
        this.volumes = volumes;
        this.drivers = drivers;
        this.podsOf = pods.informer().index(pod -> uses(pod) && Pods.isScheduled(pod) ? List.of(node(pod)) : List.of());
    }

    static String node(Pod pod) {
        return Nulls.or(pod.getSpec().getNodeName(), "");
    }

    /** Whether a Pod could have something to be attached at all. */
    static boolean uses(Pod pod) {
        return Nulls.list(pod.getSpec().getVolumes()).stream()
                .anyMatch(volume -> volume.getPersistentVolumeClaim() != null || volume.getEphemeral() != null);
    }

    /** What the node should have, by {@link CsiVolume#uniqueName}. */
    Map<String, Wanted> of(String node) {
        Map<String, Wanted> wanted = new LinkedHashMap<>();
        for (Pod pod : podsOf.get(node)) {
            if (isOver(pod)) continue;
            for (Volume volume : Nulls.list(pod.getSpec().getVolumes())) {
                find(pod, volume)
                        .filter(this::isAttached)
                        .ifPresent(found -> wanted.computeIfAbsent(
                                        found.uniqueName(), name -> new Wanted(found, new ArrayList<>()))
                                .pods()
                                .add(pod));
            }
        }
        return wanted;
    }

    /** Pods of a node that use the volume. */
    List<Pod> users(String node, CsiVolume volume) {
        Wanted wanted = of(node).get(volume.uniqueName());
        return wanted == null ? List.of() : wanted.pods();
    }

    /** Whether nothing of the Pod can use a volume any more. */
    private static boolean isOver(Pod pod) {
        if (Pods.isFinished(pod)) return true;
        return Nulls.isDeleting(pod)
                && Pods.containerStatuses(pod).stream()
                        .allMatch(status ->
                                status.getState() == null || status.getState().getRunning() == null)
                && !Pods.containerStatuses(pod).isEmpty();
    }

    private Optional<CsiVolume> find(Pod pod, Volume volume) {
        String name = volume.getPersistentVolumeClaim() != null
                ? volume.getPersistentVolumeClaim().getClaimName()
                : volume.getEphemeral() != null ? Nulls.name(pod) + "-" + volume.getName() : "";
        if (name.isEmpty()) return Optional.empty();
        return claims.get(new ObjectKey(Nulls.namespace(pod), name))
                .filter(claim -> claim.getStatus() != null
                        && "Bound".equals(claim.getStatus().getPhase()))
                .flatMap(claim -> volumes.get(ObjectKey.of(claim.getSpec().getVolumeName())))
                .flatMap(CsiVolume::of);
    }

    /** A driver may say that it needs no attaching; one that says nothing does. */
    private boolean isAttached(CsiVolume volume) {
        return drivers.get(ObjectKey.of(volume.driver()))
                .map(driver -> !Boolean.FALSE.equals(driver.getSpec().getAttachRequired()))
                .orElse(true);
    }
}
