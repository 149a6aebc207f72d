package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.controllers.pods.PodStore;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which Pods use which claims. */
final class ClaimUse {
    private ClaimUse() {}

    /** Names of the claims that a Pod mounts, also of those that are made for it. */
    static List<String> of(Pod pod) {
        List<String> names = List.of(); // as of nearly all Pods, at which each change of a Pod looks
        for (Volume volume : Nulls.list(pod.getSpec().getVolumes())) {
            String name = volume.getPersistentVolumeClaim() != null
                    ? volume.getPersistentVolumeClaim().getClaimName()
                    : volume.getEphemeral() != null ? Nulls.name(pod) + "-" + volume.getName() : "";
            if (name.isEmpty()) continue;
            if (names.isEmpty()) names = new ArrayList<>();
            names.add(name);
        }
        return names;
    }

    /** Names of the classes of attributes that a claim wants, has, or is being given. */
    static Set<String> attributesClasses(PersistentVolumeClaim claim) {
        Set<String> names = new HashSet<>();
        names.add(Nulls.or(claim.getSpec().getVolumeAttributesClassName(), ""));
        PersistentVolumeClaimStatus status = claim.getStatus();
        if (status != null) {
            names.add(Nulls.or(status.getCurrentVolumeAttributesClassName(), ""));
            if (status.getModifyVolumeStatus() != null) {
                names.add(Nulls.or(status.getModifyVolumeStatus().getTargetVolumeAttributesClassName(), ""));
            }
        }
        names.remove("");
        return names;
    }

    /** Pods that use the claim and are not over. */
    static Stream<Pod> users(PodStore pods, PersistentVolumeClaim claim) {
        return pods.inNamespace(Nulls.namespace(claim)).stream()
                .filter(pod -> !Pods.isFinished(pod) && of(pod).contains(Nulls.name(claim)));
    }
}
