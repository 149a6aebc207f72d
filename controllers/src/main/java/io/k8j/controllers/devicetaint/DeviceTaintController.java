package io.k8j.controllers.devicetaint;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodEnd;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.group.SharedClaims;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Deletes Pods whose devices are tainted with NoExecute and not tolerated, or not for longer. */
public final class DeviceTaintController {
    private static final int WORKERS = 8;

    private final ControllerContext context;
    private final boolean groupsShare;
    private final Informer<ResourceClaim> claims;
    private final Informer.Index<ResourceClaim> claimsByPool;
    private final Informer.Index<ResourceSlice> slicesByPool;
    private final EventRecorder events;
    private final PodEnd end;
    private final ControllerLoop<ObjectKey> loop;

    private DeviceTaintController(ControllerContext context) {
        this.groupsShare = context.config().gates().isOn(FeatureGates.GROUP_CLAIMS);
        this.context = context;
        this.claims = context.informer(ResourceClaim.class);
        Informer<ResourceSlice> slices = context.informer(ResourceSlice.class);
        this.claimsByPool = claims.index(claim -> results(claim).stream()
                .map(DeviceTaintController::pool)
                .distinct()
                .toList());
        this.slicesByPool = slices.index(slice -> List.of(pool(slice)));
        this.events = context.recorder("device-taint-eviction");
        this.end = new PodEnd(context.resources(Pod.class));
        this.loop = new ControllerLoop<>("device_taint_eviction", context.time(), this::reconcile);
        slices.onChange(Handlers.any(slice ->
                claimsByPool.get(pool(slice)).forEach(claim -> loop.queue().add(ObjectKey.of(claim)))));
        claims.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), claim -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new DeviceTaintController(context).loop, WORKERS);
    }

    private static String pool(DeviceRequestAllocationResult result) {
        return result.getDriver() + "/" + result.getPool();
    }

    private static String pool(ResourceSlice slice) {
        return slice.getSpec().getDriver() + "/" + slice.getSpec().getPool().getName();
    }

    private static List<DeviceRequestAllocationResult> results(ResourceClaim claim) {
        return claim.getStatus() == null || claim.getStatus().getAllocation() == null
                ? List.of()
                : claim.getStatus().getAllocation().getDevices().getResults();
    }

    private void enqueue(ResourceClaim claim) {
        if (!results(claim).isEmpty()) {
            loop.queue().add(ObjectKey.of(claim));
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<ResourceClaim> claim = claims.get(key);
        Instant now = context.now();
        Optional<Instant> time = claim.flatMap(c -> results(c).stream()
                .flatMap(result -> DeviceTaints.evictionTime(result, slicesByPool.get(pool(result)), now).stream())
                .min(Instant::compareTo));
        if (time.isEmpty()) {
            return Outcome.DONE;
        }
        if (time.get().isAfter(now)) {
            return Outcome.again(Duration.between(now, time.get()));
        }
        for (ResourceClaimConsumerReference consumer : claim.get().getStatus().getReservedFor()) {
            if (SharedClaims.isGroup(consumer)) {
                evictGroup(key, consumer.getName(), now);
                continue;
            }
            context.pods()
                    .get(new ObjectKey(key.namespace(), consumer.getName()))
                    .filter(pod -> Nulls.uid(pod).equals(consumer.getUid()) && !Nulls.isDeleting(pod))
                    .ifPresent(pod -> evict(pod, now));
        }
        return Outcome.DONE;
    }

    /** All of its Pods that name the claim. */
    private void evictGroup(ObjectKey claim, String group, Instant now) {
        if (!groupsShare) return;
        for (Pod pod : context.pods().inNamespace(claim.namespace())) {
            if (group.equals(SharedClaims.groupOf(pod)) && !Nulls.isDeleting(pod) && uses(pod, claim.name())) {
                evict(pod, now);
            }
        }
    }

    private static boolean uses(Pod pod, String claim) {
        return Nulls.list(pod.getSpec().getResourceClaims()).stream()
                        .anyMatch(entry -> claim.equals(entry.getResourceClaimName()))
                || pod.getStatus() != null
                        && Nulls.list(pod.getStatus().getResourceClaimStatuses()).stream()
                                .anyMatch(status -> claim.equals(status.getResourceClaimName()));
    }

    private void evict(Pod pod, Instant now) {
        events.normal(pod, "DeviceTaintManagerEviction", "Marking for deletion");
        end.disrupt(
                pod,
                "DeletionByDeviceTaintManager",
                "Device Taint manager: deleting due to NoExecute taint",
                false,
                now);
        end.delete(pod, null);
    }
}
