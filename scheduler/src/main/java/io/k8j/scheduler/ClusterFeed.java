package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ListOptions;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.ClusterEvent.Resource;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.queue.PodChanges;
import java.util.Map;
import java.util.Objects;

/** Brings the changes of Pods and nodes from the informers' threads to the scheduling thread. */
final class ClusterFeed {
    /** Pods that need a node or have one that they still use. */
    static final ListOptions UNFINISHED = ListOptions.ALL.fields("status.phase!=Succeeded,status.phase!=Failed");

    private final SchedulingLoop loop;
    private final ResourceNames names;
    private final Map<String, Map<String, String>> namespaceLabels;
    private final Indexes indexes;

    /** @param namespaceLabels filled here, on the scheduling thread */
    ClusterFeed(
            SchedulingLoop loop,
            ResourceNames names,
            Map<String, Map<String, String>> namespaceLabels,
            Indexes indexes) {
        this.loop = loop;
        this.names = names;
        this.namespaceLabels = namespaceLabels;
        this.indexes = indexes;
    }

    void attach(InformerFactory informers) {
        informers.of(Node.class).onChange(new Informer.Handler<>() {
            @Override
            public void added(Node node) {
                loop.post(() -> nodeAdded(node));
            }

            @Override
            public void updated(Node before, Node now) {
                loop.post(() -> nodeUpdated(before, now));
            }

            @Override
            public void deleted(Node last) {
                loop.post(() -> nodeDeleted(last));
            }
        });
        informers.of(Namespace.class).onChange(new Informer.Handler<>() {
            @Override
            public void added(Namespace namespace) {
                loop.post(() -> namespaceChanged(namespace));
            }

            @Override
            public void updated(Namespace before, Namespace now) {
                added(now);
            }

            @Override
            public void deleted(Namespace last) {
                loop.post(() -> namespaceLabels.remove(last.getMetadata().getName()));
            }
        });
        // Finished Pods take nothing from their nodes.
        informers.of(Pod.class, UNFINISHED).onChange(new Informer.Handler<>() {
            @Override
            public void added(Pod pod) {
                PodInfo info = new PodInfo(names, pod);
                loop.post(() -> podChanged(info));
            }

            @Override
            public void updated(Pod before, Pod now) {
                added(now);
            }

            @Override
            public void deleted(Pod last) {
                PodInfo info = new PodInfo(names, last);
                loop.post(() -> podGone(info));
            }
        });
    }

    private void namespaceChanged(Namespace namespace) {
        Map<String, String> labels =
                Objects.requireNonNullElse(namespace.getMetadata().getLabels(), Map.of());
        Map<String, String> before = namespaceLabels.put(namespace.getMetadata().getName(), labels);
        if (!labels.equals(before)) {
            indexes.counts().namespaceChanged();
            loop.queue().changed(new ClusterEvent(Resource.NAMESPACE, ClusterEvent.UPDATE), before, labels);
        }
    }

    private void nodeAdded(Node node) {
        loop.nodes().put(node);
        loop.queue().changed(new ClusterEvent(Resource.NODE, ClusterEvent.ADD), null, node);
    }

    private void nodeUpdated(Node before, Node now) {
        loop.nodes().put(now);
        int changes = nodeChanges(before, now);
        if (changes != 0) {
            loop.queue().changed(new ClusterEvent(Resource.NODE, changes), before, now);
        }
    }

    private static int nodeChanges(Node before, Node now) {
        int changes = 0;
        if (!sameAmounts(before.getStatus().getAllocatable(), now.getStatus().getAllocatable())) {
            changes |= ClusterEvent.NODE_ALLOCATABLE;
        }
        if (!Objects.equals(before.getMetadata().getLabels(), now.getMetadata().getLabels())) {
            changes |= ClusterEvent.NODE_LABELS;
        }
        if (!Objects.equals(before.getSpec().getTaints(), now.getSpec().getTaints())
                || !Objects.equals(
                        before.getSpec().getUnschedulable(), now.getSpec().getUnschedulable())) {
            changes |= ClusterEvent.NODE_TAINTS;
        }
        if (!Objects.equals(
                before.getStatus().getDeclaredFeatures(), now.getStatus().getDeclaredFeatures())) {
            changes |= ClusterEvent.NODE_FEATURES;
        }
        return changes;
    }

    /** Texts first: to compare quantities takes their numbers, for each heartbeat of each node. */
    static boolean sameAmounts(Map<String, Quantity> before, Map<String, Quantity> now) {
        if (before == null || now == null || before.size() != now.size()) {
            return Objects.equals(before, now);
        }
        for (Map.Entry<String, Quantity> entry : before.entrySet()) {
            Quantity one = entry.getValue();
            Quantity other = now.get(entry.getKey());
            if (other == null
                    || !Objects.equals(one.getAmount(), other.getAmount())
                    || !Objects.equals(one.getFormat(), other.getFormat())) {
                return before.equals(now);
            }
        }
        return true;
    }

    private void nodeDeleted(Node last) {
        loop.nodes().remove(last.getMetadata().getName());
        loop.queue().changed(new ClusterEvent(Resource.NODE, ClusterEvent.DELETE), last, null);
    }

    private void podChanged(PodInfo pod) {
        if (pod.isTerminal()) {
            podGone(pod);
        } else if (!pod.nodeName().isEmpty()) {
            podAssigned(pod);
        } else if (loop.serves(pod.schedulerName()) && loop.assigned().get(pod.uid()) == null) {
            if (!pod.nominatedNode().isEmpty()) {
                loop.nominations().put(pod, pod.nominatedNode());
            }
            boolean isNew = loop.queue().get(pod.uid()) == null;
            loop.groups().put(pod);
            loop.queue().put(pod);
            if (isNew && loop.groups().of(pod) != null) {
                loop.queue().changed(new ClusterEvent(Resource.PENDING_POD, ClusterEvent.ADD), null, pod);
            }
        }
    }

    private void podAssigned(PodInfo pod) {
        boolean isNew =
                loop.assigned().get(pod.uid()) == null || loop.assigned().isAssumed(pod.uid());
        loop.queue().remove(pod.uid());
        loop.nominations().remove(pod.uid());
        PodInfo before = loop.assigned().put(pod);
        loop.groups().put(pod);
        if (isNew) {
            loop.queue().changed(new ClusterEvent(Resource.ASSIGNED_POD, ClusterEvent.ADD), null, pod);
        } else {
            int changes = PodChanges.of(before, pod);
            if (changes != 0) {
                loop.queue().changed(new ClusterEvent(Resource.ASSIGNED_POD, changes), before, pod);
            }
        }
    }

    private void podGone(PodInfo last) {
        loop.queue().remove(last.uid());
        loop.groups().remove(last);
        boolean hadRoom = !loop.nominations().nodeOf(last.uid()).isEmpty();
        loop.nominations().remove(last.uid());
        loop.waiting().reject(last.uid(), Status.unschedulable("removed"));
        PodInfo gone = loop.assigned().remove(last.uid());
        if (gone != null) {
            loop.queue().changed(new ClusterEvent(Resource.ASSIGNED_POD, ClusterEvent.DELETE), gone, null);
        } else if (hadRoom) {
            // The room that was made for it is free for others.
            loop.queue().changed(new ClusterEvent(Resource.ASSIGNED_POD, ClusterEvent.DELETE), last, null);
        }
    }
}
