package io.k8j.scheduler.plugins.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.k8j.client.EventRecorder;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.TransportException;
import io.k8j.scheduler.devices.BindingConditions;
import io.k8j.scheduler.devices.ClaimTracker;
import io.k8j.scheduler.devices.ClaimWriter;
import io.k8j.scheduler.devices.PodClaims;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.plugins.ChangeSignal;
import java.time.Duration;
import java.util.Objects;

/** Writes what was chosen for a Pod into its claims, and waits for devices that have to get ready. May block. */
final class DeviceBinding {
    private final ClaimTracker tracker;
    private final ClaimWriter writer;
    private final FrameworkHandle framework;
    private final EventRecorder events;
    private final Duration bindingTimeout;
    private final ChangeSignal claimChanges = new ChangeSignal();

    /** @param bindingTimeout for drivers to prepare devices */
    DeviceBinding(
            ClaimTracker tracker,
            ClaimWriter writer,
            FrameworkHandle framework,
            EventRecorder events,
            Duration bindingTimeout) {
        this.tracker = tracker;
        this.writer = writer;
        this.framework = framework;
        this.events = events;
        this.bindingTimeout = bindingTimeout;
    }

    /** Lets those that wait look again. */
    void claimChanged() {
        claimChanges.changed();
    }

    Status bind(DeviceNeeds needs, PodInfo pod, String node) throws InterruptedException {
        try {
            for (int i = 0; i < needs.claims.size(); i++) {
                ResourceClaim claim = needs.claims.get(i);
                ResourceClaimConsumerReference consumer = needs.consumers.get(i);
                if (PodClaims.isReservedFor(claim, consumer.getUid())) {
                    continue;
                }
                AllocationResult allocation =
                        needs.reserved.get(claim.getMetadata().getUid());
                ResourceClaim written = writer.bind(claim, allocation, consumer);
                needs.claims.set(i, written);
                if (allocation != null) {
                    framework.post(() -> tracker.written(written));
                }
            }
            if (needs.chosen != null && needs.chosen.extended() != null) {
                bindExtended(needs, pod);
            }
        } catch (ClaimWriter.RefusedException | TransportException e) {
            return Status.error(e.getMessage());
        }
        return needs.claims.stream().anyMatch(BindingConditions::concern)
                ? awaitDevices(needs, pod, node)
                : Status.SUCCESS;
    }

    private void bindExtended(DeviceNeeds needs, PodInfo pod) throws ClaimWriter.RefusedException {
        ResourceClaim inMemory = needs.chosen.extended();
        needs.extendedStored = writer.create(inMemory);
        AllocationResult allocation = needs.reserved.get(inMemory.getMetadata().getUid());
        ResourceClaim written = writer.bind(needs.extendedStored, allocation, PodClaims.consumer(pod));
        framework.post(() -> tracker.stored(inMemory, written));
        needs.extendedStored = written;
        writer.tell(pod, written, needs.chosen.mappings());
    }

    private Status awaitDevices(DeviceNeeds needs, PodInfo pod, String node) throws InterruptedException {
        events.normal(
                pod.pod(), "BindingConditionsPending", "waiting for binding conditions for device on node " + node);
        boolean decided = claimChanges.await(
                bindingTimeout,
                () -> needs.claims.stream()
                        .map(this::latest)
                        .map(BindingConditions::of)
                        .noneMatch(BindingConditions.State.Waiting.class::isInstance));
        if (!decided) {
            return Status.error("device binding timeout");
        }
        for (ResourceClaim claim : needs.claims) {
            if (BindingConditions.of(latest(claim)) instanceof BindingConditions.State.Failed(String message)) {
                return Status.error(message);
            }
        }
        return Status.SUCCESS;
    }

    private ResourceClaim latest(ResourceClaim claim) {
        return Objects.requireNonNullElse(tracker.claim(ObjectKey.of(claim)), claim);
    }
}
