package io.k8j.controllers.disruption;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.ResourceCatalog;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the workloads behind Pods and how large they are meant to be. */
final class WorkloadScales {
    private record Scale(String uid, int replicas) {}

    private final ControllerContext context;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<Deployment> deployments;
    private final Informer<StatefulSet> statefulSets;
    private final Informer<ReplicationController> replicationControllers;

    WorkloadScales(ControllerContext context) {
        this.context = context;
        this.replicaSets = context.informer(ReplicaSet.class);
        this.deployments = context.informer(Deployment.class);
        this.statefulSets = context.informer(StatefulSet.class);
        this.replicationControllers = context.informer(ReplicationController.class);
    }

    /** The sum over all workloads of the Pods; Pods without one count nothing. */
    int sum(List<Pod> pods) {
        Map<String, Integer> byUid = new HashMap<>();
        for (Pod pod : pods) {
            Optional<OwnerReference> owner = Owners.controllerOf(pod);
            if (owner.isPresent()) {
                Scale scale = scale(Nulls.namespace(pod), owner.get())
                        .orElseThrow(() ->
                                ApiException.badRequest("found no controllers for pod \"" + Nulls.name(pod) + "\""));
                byUid.put(scale.uid, scale.replicas);
            }
        }
        return byUid.values().stream().mapToInt(Integer::intValue).sum();
    }

    private Optional<Scale> scale(String namespace, OwnerReference owner) {
        ObjectKey key = new ObjectKey(namespace, owner.getName());
        return switch (owner.getKind()) {
            case "ReplicaSet" -> {
                Optional<ReplicaSet> set = same(replicaSets.get(key), owner);
                Optional<OwnerReference> above =
                        set.flatMap(Owners::controllerOf).filter(o -> "Deployment".equals(o.getKind()));
                yield above.isPresent()
                        ? scale(namespace, above.get())
                        : set.map(s ->
                                new Scale(Nulls.uid(s), Nulls.or(s.getSpec().getReplicas(), 1)));
            }
            case "Deployment" ->
                same(deployments.get(key), owner)
                        .map(d -> new Scale(Nulls.uid(d), Nulls.or(d.getSpec().getReplicas(), 1)));
            case "StatefulSet" ->
                same(statefulSets.get(key), owner)
                        .map(s -> new Scale(Nulls.uid(s), Nulls.or(s.getSpec().getReplicas(), 1)));
            case "ReplicationController" ->
                same(replicationControllers.get(key), owner)
                        .map(c -> new Scale(Nulls.uid(c), Nulls.or(c.getSpec().getReplicas(), 1)));
            default -> custom(key, owner);
        };
    }

    private static <T extends HasMetadata> Optional<T> same(Optional<T> object, OwnerReference owner) {
        return object.filter(o -> Nulls.uid(o).equals(owner.getUid()));
    }

    /** Any kind with a scale will do. */
    private Optional<Scale> custom(ObjectKey key, OwnerReference owner) {
        int slash = owner.getApiVersion().indexOf('/');
        String group = slash < 0 ? "" : owner.getApiVersion().substring(0, slash);
        Optional<ResourceCatalog.Entry> resource = context.catalog().resources().stream()
                .filter(e ->
                        e.kind().equals(owner.getKind()) && e.resource().group().equals(group))
                .findFirst();
        if (resource.isEmpty()) {
            return Optional.empty();
        }
        try {
            ApiObject scale = context.client()
                    .transport()
                    .call(new ApiCall(
                            Verb.GET,
                            resource.get().resource(),
                            key.namespace(),
                            key.name(),
                            "scale",
                            Map.of(),
                            null,
                            null))
                    .object();
            return scale.tree().get("spec") instanceof Map<?, ?> spec && spec.get("replicas") instanceof Number n
                    ? Optional.of(new Scale(owner.getUid(), n.intValue()))
                    : Optional.of(new Scale(owner.getUid(), 0));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
