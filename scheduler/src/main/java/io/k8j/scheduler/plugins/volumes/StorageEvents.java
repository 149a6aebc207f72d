package io.k8j.scheduler.plugins.volumes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.k8j.client.Informer;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.plugins.ChangeSignal;
import io.k8j.scheduler.plugins.Claims;

/** Tells the queue of changes in storage, which may help Pods that wait for volumes. */
final class StorageEvents {
    private StorageEvents() {}

    static void report(PluginContext context, Claims claims, ChangeSignal claimChanges) {
        follow(claims.claims(), context.framework(), ClusterEvent.Resource.VOLUME_CLAIM, claimChanges::changed);
        follow(claims.volumes(), context.framework(), ClusterEvent.Resource.VOLUME, () -> {});
        follow(claims.classes(), context.framework(), ClusterEvent.Resource.STORAGE_CLASS, () -> {});
        follow(
                context.informers().of(CSIDriver.class),
                context.framework(),
                ClusterEvent.Resource.CSI_DRIVER,
                () -> {});
        follow(context.informers().of(CSINode.class), context.framework(), ClusterEvent.Resource.CSI_NODE, () -> {});
        follow(
                context.informers().of(VolumeAttachment.class),
                context.framework(),
                ClusterEvent.Resource.VOLUME_ATTACHMENT,
                () -> {});
        follow(
                context.informers().of(CSIStorageCapacity.class),
                context.framework(),
                ClusterEvent.Resource.CSI_CAPACITY,
                () -> {});
    }

    /** Helps Pods that use the claim that comes or changes. */
    static EventHint onOwnClaim(int actions) {
        return new EventHint(
                new ClusterEvent(ClusterEvent.Resource.VOLUME_CLAIM, actions),
                (pod, before, now) -> Claims.uses(pod, (PersistentVolumeClaim) now));
    }

    private static <T extends HasMetadata> void follow(
            Informer<T> informer, FrameworkHandle framework, ClusterEvent.Resource resource, Runnable also) {
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
                tell(ClusterEvent.DELETE, last, null);
            }

            private void tell(int action, T before, T now) {
                also.run();
                framework.post(() -> framework.changed(new ClusterEvent(resource, action), before, now));
            }
        });
    }
}
