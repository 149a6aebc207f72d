package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodExtendedResourceClaimStatus;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.group.SharedClaims;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets a Pod start only when its ResourceClaims are allocated, reserved for it, and their devices prepared by the drivers on
 * this node. Owned by the Pod's worker.
 */
final class DeviceKeeper {
    private final PodContext context;
    private final Runnable retryLater;
    private boolean ready;

    DeviceKeeper(PodContext context, Runnable retryLater) {
        this.context = context;
        this.retryLater = retryLater;
    }

    /** Whether the Pod may go on; tells users what it waits for. */
    boolean ready(Pod now) {
        if (ready) return true;
        List<PodResourceClaim> claims = now.getSpec().getResourceClaims();
        List<ResourceClaim> found = new ArrayList<>();
        Optional<String> problem = extended(now).flatMap(name -> problem(now, name, true, found));
        for (int i = 0; claims != null && i < claims.size() && problem.isEmpty(); i++) {
            problem = problem(now, claims.get(i), found);
        }
        if (problem.isEmpty()) problem = prepare(now, found);
        ready = problem.isEmpty();
        if (!ready) {
            String message = "Failed to prepare dynamic resources: prepare dynamic resources: " + problem.get();
            context.events().warning(now, "FailedPrepareDynamicResources", message);
            retryLater.run();
        }
        return ready;
    }

    private Optional<String> prepare(Pod pod, List<ResourceClaim> claims) {
        try {
            context.dynamicResources().prepare(pod, claims);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Nothing of the Pod runs any more: its devices may go. */
    void release(Pod pod) throws IOException {
        context.dynamicResources().release(pod.getMetadata().getUid());
    }

    /** The claim that the scheduler made for extended resources. */
    private static Optional<String> extended(Pod pod) {
        return Optional.ofNullable(pod.getStatus())
                .map(PodStatus::getExtendedResourceClaimStatus)
                .map(PodExtendedResourceClaimStatus::getResourceClaimName);
    }

    private Optional<String> problem(Pod pod, PodResourceClaim entry, List<ResourceClaim> found) {
        String name = entry.getResourceClaimName();
        boolean generated = name == null;
        if (generated) {
            Optional<PodResourceClaimStatus> status = statuses(pod).stream()
                    .filter(s -> s.getName().equals(entry.getName()))
                    .findFirst();
            if (status.isEmpty()) {
                return Optional.of("pod \"%s/%s\": ResourceClaim not created yet"
                        .formatted(
                                pod.getMetadata().getNamespace(),
                                pod.getMetadata().getName()));
            }
            name = status.get().getResourceClaimName();
        }
        return name == null ? Optional.empty() : problem(pod, name, generated, found); // or none is needed
    }

    private Optional<String> problem(Pod pod, String name, boolean generated, List<ResourceClaim> found) {
        try {
            ResourceClaim claim = context.objects().resourceClaim(pod, name);
            found.add(claim);
            return problem(pod, claim, generated);
        } catch (ApiException | TransportException e) {
            return Optional.of("fetch ResourceClaim %s: %s".formatted(name, e.getMessage()));
        }
    }

    private static List<PodResourceClaimStatus> statuses(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getResourceClaimStatuses() == null
                ? List.of()
                : pod.getStatus().getResourceClaimStatuses();
    }

    private static Optional<String> problem(Pod pod, ResourceClaim claim, boolean generated) {
        String uid = pod.getMetadata().getUid();
        String name = claim.getMetadata().getName();
        boolean own = claim.getMetadata().getOwnerReferences().stream().anyMatch(owner -> owns(owner, uid));
        if (generated && !own && !SharedClaims.isForGroupOf(pod, claim)) {
            return Optional.of("ResourceClaim %s/%s was not created for Pod %s/%s (Pod is not owner)"
                    .formatted(
                            claim.getMetadata().getNamespace(),
                            name,
                            pod.getMetadata().getNamespace(),
                            pod.getMetadata().getName()));
        }
        boolean reserved = claim.getStatus() != null
                && claim.getStatus().getAllocation() != null
                && (claim.getStatus().getReservedFor().stream().anyMatch(consumer -> uid.equals(consumer.getUid()))
                        || SharedClaims.isReservedForGroupOf(pod, claim));
        return reserved
                ? Optional.empty()
                : Optional.of("pod %s (%s) is not allowed to use ResourceClaim %s (%s)"
                        .formatted(
                                pod.getMetadata().getName(),
                                uid,
                                name,
                                claim.getMetadata().getUid()));
    }

    private static boolean owns(OwnerReference owner, String uid) {
        return Boolean.TRUE.equals(owner.getController()) && uid.equals(owner.getUid());
    }
}
