package io.k8j.scheduler.plugins.devices;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.scheduler.devices.ClaimTracker;
import io.k8j.scheduler.devices.PodClaims;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.PodInfo;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Which changes may help Pods that found no devices. */
final class DeviceHints {
    private DeviceHints() {}

    static List<EventHint> of(Function<PodInfo, PodClaims> claims) {
        int any = ClusterEvent.ADD | ClusterEvent.UPDATE;
        return List.of(
                EventHint.always(
                        ClusterEvent.Resource.NODE,
                        ClusterEvent.ADD | ClusterEvent.NODE_LABELS | ClusterEvent.NODE_ALLOCATABLE),
                new EventHint(
                        new ClusterEvent(ClusterEvent.Resource.RESOURCE_CLAIM, any),
                        (pod, before, now) ->
                                claimHelps(claims.apply(pod), (ResourceClaim) before, (ResourceClaim) now)),
                EventHint.onPendingPod(
                        ClusterEvent.POD_CLAIMS,
                        (pod, before, now) ->
                                pod.uid().equals(now.uid()) && claims.apply(now).problem() == null),
                EventHint.always(ClusterEvent.Resource.DEVICE_CLASS, any),
                EventHint.always(ClusterEvent.Resource.RESOURCE_SLICE, any));
    }

    private static boolean claimHelps(PodClaims claims, ResourceClaim before, ResourceClaim now) {
        if (claims.problem() != null) {
            return false;
        }
        if (before != null && ClaimTracker.allocation(before) != null && ClaimTracker.allocation(now) == null) {
            return true; // its devices are free for others
        }
        boolean uses = claims.claims().stream()
                .anyMatch(claim ->
                        claim.getMetadata().getUid().equals(now.getMetadata().getUid()));
        return uses && (before == null || !Objects.equals(before.getStatus(), now.getStatus()));
    }
}
