package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.model.time.Time;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What is known of claims and devices, and what the scheduler itself has allocated but the API server has not told it yet.
 * All profiles share one. Belongs to the scheduling thread, but for {@link #claim} and {@link #deviceClass}.
 */
public final class ClaimTracker {
    private static final long NOT_WRITTEN = Long.MAX_VALUE;

    private final Informer<ResourceClaim> claims;
    private final Informer<DeviceClass> classes;
    private final FrameworkHandle framework;
    private final Time time;
    private final Inventory inventory = new Inventory();
    private final InUse inUse = new InUse();
    private final Map<String, AllocationResult> counted = new HashMap<>(); // by uid, as in inUse
    private final Map<String, Long> pending = new HashMap<>(); // uid to the version in which it was written
    private final Map<String, Sharing> sharing = new HashMap<>(); // pending ones that the Pods of a group share, by uid
    private final Allocator.Memory memory = new Allocator.Memory();
    private final List<Consumer<ResourceClaim>> listeners = new ArrayList<>();
    private final ClassesByResource byResource;

    private ClaimTracker(PluginContext context) {
        this.claims = context.informers().of(ResourceClaim.class);
        this.classes = context.informers().of(DeviceClass.class);
        this.framework = context.framework();
        this.time = context.client().time();
        follow(claims, ClusterEvent.Resource.RESOURCE_CLAIM, claim -> () -> put(claim), this::forget);
        this.byResource = new ClassesByResource(classes, context.nodes());
        follow(classes, ClusterEvent.Resource.DEVICE_CLASS, put -> byResource::read, gone -> byResource.read());
        follow(
                context.informers().of(ResourceSlice.class),
                ClusterEvent.Resource.RESOURCE_SLICE,
                slice -> {
                    PublishedSlice published = new PublishedSlice(slice); // on the informer's thread
                    return () -> inventory.put(published);
                },
                slice -> inventory.remove(slice.getMetadata().getName()));
    }

    /** The one of all profiles. */
    public static ClaimTracker of(PluginContext context) {
        return context.indexes().shared(ClaimTracker.class, () -> new ClaimTracker(context));
    }

    /** @param read runs on the informer's thread, what it gives on the scheduling thread */
    private <T extends HasMetadata> void follow(
            Informer<T> informer, ClusterEvent.Resource resource, Function<T, Runnable> read, Consumer<T> deleted) {
        informer.onChange(new Informer.Handler<>() {
            @Override
            public void added(T object) {
                tell(ClusterEvent.ADD, null, object);
            }

            @Override
            public void updated(T before, T now) {
                tell(ClusterEvent.UPDATE, before, now);
            }

            @Override
            public void deleted(T last) {
                framework.post(() -> {
                    deleted.accept(last);
                    framework.changed(new ClusterEvent(resource, ClusterEvent.DELETE), last, null);
                });
            }

            private void tell(int action, T before, T now) {
                Runnable take = read.apply(now);
                framework.post(() -> {
                    take.run();
                    framework.changed(new ClusterEvent(resource, action), before, now);
                });
            }
        });
    }

    /** Adds somebody who is told of each new claim or version of one, on the scheduling thread. */
    public void onClaim(Consumer<ResourceClaim> listener) {
        listeners.add(listener);
    }

    private void put(ResourceClaim claim) {
        String uid = claim.getMetadata().getUid();
        Long written = pending.get(uid);
        if (written == null || version(claim) >= written) {
            pending.remove(uid);
            sharing.remove(uid);
            count(uid, allocation(claim));
        }
        listeners.forEach(listener -> listener.accept(claim));
    }

    private void forget(ResourceClaim last) {
        pending.remove(last.getMetadata().getUid());
        sharing.remove(last.getMetadata().getUid());
        count(last.getMetadata().getUid(), null);
    }

    private void count(String uid, AllocationResult allocation) {
        AllocationResult before = allocation == null ? counted.remove(uid) : counted.put(uid, allocation);
        if (before != null) {
            inUse.remove(before);
        }
        if (allocation != null) {
            inUse.add(allocation);
        }
    }

    private static long version(ResourceClaim claim) {
        return Long.parseLong(claim.getMetadata().getResourceVersion());
    }

    /** Null if nothing is allocated to the claim. */
    public static AllocationResult allocation(ResourceClaim claim) {
        return claim.getStatus() == null ? null : claim.getStatus().getAllocation();
    }

    /** Null if there is none. Any thread. */
    public ResourceClaim claim(ObjectKey key) {
        return claims.get(key).orElse(null);
    }

    /** Null if there is none. Any thread. */
    public DeviceClass deviceClass(String name) {
        return classes.get(ObjectKey.of(name)).orElse(null);
    }

    /** The classes that stand for extended resources. */
    public ClassesByResource byResource() {
        return byResource;
    }

    /** The claim that was made for a Pod's extended resources; null if there is none. */
    public ResourceClaim extendedOf(PodInfo pod) {
        return claims.inNamespace(pod.namespace())
                .filter(claim -> claim.getMetadata().getAnnotations() != null
                        && "true".equals(claim.getMetadata().getAnnotations().get(ExtendedResources.ANNOTATION))
                        && PodClaims.isOwnedBy(claim, pod))
                .findFirst()
                .orElse(null);
    }

    /** Whether the claim's allocation is on its way to the API server or back. */
    public boolean isPending(ResourceClaim claim) {
        return pending.containsKey(claim.getMetadata().getUid());
    }

    /** Counts an allocation that is going to be written. */
    public void pend(ResourceClaim claim, AllocationResult allocation) {
        pending.put(claim.getMetadata().getUid(), NOT_WRITTEN);
        count(claim.getMetadata().getUid(), allocation);
    }

    /** For whom an allocation is pending. */
    private record Sharing(String group, int pods) {}

    /** The same for one of the Pods of a group, which all use it; {@link #takeBack} is called for each of them. */
    public void pendForGroup(ResourceClaim claim, AllocationResult allocation, String group) {
        String uid = claim.getMetadata().getUid();
        if (pendingOf(claim, group) == null) {
            pend(claim, allocation);
            sharing.put(uid, new Sharing(group, 1));
        } else {
            sharing.computeIfPresent(uid, (u, before) -> new Sharing(group, before.pods + 1));
        }
    }

    /** What is going to be allocated to the claim for a group, by its uid; null if there is nothing. */
    public AllocationResult pendingOf(ResourceClaim claim, String group) {
        String uid = claim.getMetadata().getUid();
        Sharing shared = sharing.get(uid);
        return shared != null && shared.group.equals(group) && pending.containsKey(uid) ? counted.get(uid) : null;
    }

    /** The allocation was written in a version; until that is seen here, older ones do not count. */
    public void written(ResourceClaim claim) {
        String uid = claim.getMetadata().getUid();
        if (pending.computeIfPresent(uid, (u, before) -> version(claim)) == null) {
            return;
        }
        ResourceClaim known = claim(ObjectKey.of(claim));
        if (known != null && known.getMetadata().getUid().equals(uid) && version(known) >= version(claim)) {
            put(known);
        }
    }

    /** A claim that was not stored is stored and allocated now, so it counts under its own uid. */
    public void stored(ResourceClaim inMemory, ResourceClaim claim) {
        String uid = claim.getMetadata().getUid();
        if (pending.remove(inMemory.getMetadata().getUid()) == null) {
            return; // taken back meanwhile
        }
        count(inMemory.getMetadata().getUid(), null);
        if (!counted.containsKey(uid)) {
            pending.put(uid, NOT_WRITTEN);
            count(uid, allocation(claim));
            written(claim);
        }
    }

    /** The allocation is not going to be written; nothing if it was. */
    public void takeBack(ResourceClaim claim) {
        String uid = claim.getMetadata().getUid();
        if (Long.valueOf(NOT_WRITTEN).equals(pending.get(uid))) {
            Sharing shared = sharing.remove(uid);
            if (shared != null && shared.pods > 1) {
                sharing.put(uid, new Sharing(shared.group, shared.pods - 1));
                return;
            }
            pending.remove(uid);
            ResourceClaim known = claim(ObjectKey.of(claim));
            boolean same = known != null && known.getMetadata().getUid().equals(uid);
            count(uid, same ? allocation(known) : null);
        }
    }

    /** An allocator for the state of this moment. */
    public Allocator allocator(long deadline, RandomGenerator random) {
        return Allocator.of(inventory, inUse, this::deviceClass, memory, time, deadline, random);
    }
}
