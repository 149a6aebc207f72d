package io.k8j.scheduler;

import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.groups.PodGroups;

/** Brings changes of PodGroups from their informer's thread to the scheduling thread. */
final class GroupFeed {
    private GroupFeed() {}

    static void attach(InformerFactory informers, SchedulingLoop loop, PodGroups groups, GroupWriter writer) {
        informers.of(PodGroup.class).onChange(new Informer.Handler<>() {
            @Override
            public void added(PodGroup group) {
                loop.post(() -> {
                    groups.put(group);
                    changed(ClusterEvent.ADD, null, group);
                });
            }

            @Override
            public void updated(PodGroup before, PodGroup now) {
                loop.post(() -> {
                    groups.put(now);
                    changed(ClusterEvent.UPDATE, before, now);
                });
            }

            @Override
            public void deleted(PodGroup last) {
                loop.post(() -> {
                    groups.remove(last);
                    writer.forget(ObjectKey.of(last));
                    changed(ClusterEvent.DELETE, last, null);
                });
            }

            private void changed(int action, PodGroup before, PodGroup now) {
                loop.queue().changed(new ClusterEvent(ClusterEvent.Resource.POD_GROUP, action), before, now);
            }
        });
    }
}
