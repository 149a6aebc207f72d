package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ObjectKey;
import io.k8j.client.Selectors;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.Requirement;
import io.k8j.model.selector.SelectorException;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the Pods that belong together with a Pod: those of its Services and of its controller. */
final class WorkloadSelectors {
    private final Informer<Service> services;
    private final Informer.Index<Service> servicesByNamespace;
    private final Informer<ReplicationController> replicationControllers;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<StatefulSet> statefulSets;

    WorkloadSelectors(InformerFactory informers) {
        this.services = informers.of(Service.class);
        this.servicesByNamespace =
                services.index(service -> List.of(service.getMetadata().getNamespace()));
        this.replicationControllers = informers.of(ReplicationController.class);
        this.replicaSets = informers.of(ReplicaSet.class);
        this.statefulSets = informers.of(StatefulSet.class);
    }

    /** Empty if the Pod belongs to nothing. */
    LabelSelector of(PodInfo pod) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (!pod.labels().isEmpty()) {
            for (Service service : servicesByNamespace.get(pod.namespace())) {
                Map<String, String> wanted = service.getSpec().getSelector();
                if (wanted != null && !wanted.isEmpty() && Selectors.containsAll(wanted, pod.labels())) {
                    labels.putAll(wanted);
                }
            }
        }
        io.fabric8.kubernetes.api.model.LabelSelector more = null;
        OwnerReference owner = controllerOf(pod);
        if (owner != null) {
            ObjectKey key = new ObjectKey(pod.namespace(), owner.getName());
            switch (owner.getApiVersion() + "/" + owner.getKind()) {
                case "v1/ReplicationController" ->
                    replicationControllers
                            .get(key)
                            .ifPresent(rc -> labels.putAll(rc.getSpec().getSelector()));
                case "apps/v1/ReplicaSet" ->
                    more = replicaSets
                            .get(key)
                            .map(rs -> rs.getSpec().getSelector())
                            .orElse(null);
                case "apps/v1/StatefulSet" ->
                    more = statefulSets
                            .get(key)
                            .map(set -> set.getSpec().getSelector())
                            .orElse(null);
                default -> {}
            }
        }
        return combined(labels, more);
    }

    private static LabelSelector combined(
            Map<String, String> labels, io.fabric8.kubernetes.api.model.LabelSelector more) {
        if (more == null) {
            return LabelSelector.ofLabels(labels);
        }
        try {
            LabelSelector own = LabelSelector.of(more);
            if (labels.isEmpty()) {
                return own;
            }
            List<String> texts = new ArrayList<>();
            LabelSelector.ofLabels(labels).requirements().stream()
                    .map(Requirement::toString)
                    .forEach(texts::add);
            own.requirements().stream().map(Requirement::toString).forEach(texts::add);
            return LabelSelector.parse(String.join(",", texts));
        } catch (SelectorException e) {
            return LabelSelector.ofLabels(labels);
        }
    }

    private static OwnerReference controllerOf(PodInfo pod) {
        List<OwnerReference> owners = pod.pod().getMetadata().getOwnerReferences();
        for (OwnerReference owner : owners) {
            if (Boolean.TRUE.equals(owner.getController())) {
                return owner;
            }
        }
        return null;
    }
}
