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

    /**
     * What is behind Pods.
     *
     * @param replicas sum over all workloads
     * @param unmanaged whether some Pod has none; such Pods count nothing
     */
    record Sum(int replicas, boolean unmanaged) {
        static final Sum NONE = new Sum(0, false);
    }

    /** @throws ApiException if some Pod's workload cannot be found, or has no size */
    Sum sum(List<Pod> pods) {
        Map<String, Integer> byUid = new HashMap<>();
        boolean unmanaged = false;
        for (Pod pod : pods) {
            Optional<OwnerReference> owner = Owners.controllerOf(pod);
            unmanaged |= owner.isEmpty();
            if (owner.isPresent() && !byUid.containsKey(owner.get().getUid())) {
                Scale scale = scale(Nulls.namespace(pod), owner.get())
                        .orElseThrow(() ->
                                ApiException.badRequest("found no controllers for pod \"" + Nulls.name(pod) + "\""));
                byUid.put(scale.uid, scale.replicas);
            }
        }
        return new Sum(byUid.values().stream().mapToInt(Integer::intValue).sum(), unmanaged);
    }

    private Optional<Scale> scale(String namespace, OwnerReference owner) {
        ObjectKey key = new ObjectKey(namespace, owner.getName());
        return switch (group(owner) + "/" + owner.getKind()) {
            case "apps/ReplicaSet" -> {
                Optional<ReplicaSet> set = same(replicaSets.get(key), owner);
                Optional<OwnerReference> above =
                        set.flatMap(Owners::controllerOf).filter(o -> "Deployment".equals(o.getKind()));
                yield above.isPresent()
                        ? scale(namespace, above.get())
                        : set.map(s ->
                                new Scale(Nulls.uid(s), Nulls.or(s.getSpec().getReplicas(), 1)));
            }
            case "apps/Deployment" ->
                same(deployments.get(key), owner)
                        .map(d -> new Scale(Nulls.uid(d), Nulls.or(d.getSpec().getReplicas(), 1)));
            case "apps/StatefulSet" ->
                same(statefulSets.get(key), owner)
                        .map(s -> new Scale(Nulls.uid(s), Nulls.or(s.getSpec().getReplicas(), 1)));
            case "/ReplicationController" ->
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
        String group = group(owner);
        Optional<ResourceCatalog.Entry> resource = context.catalog().resources().stream()
                .filter(e ->
                        e.kind().equals(owner.getKind()) && e.resource().group().equals(group))
                .findFirst();
        if (resource.isEmpty()) {
            throw ApiException.badRequest(
                    "no matches for kind \"%s\" in version \"%s\"".formatted(owner.getKind(), owner.getApiVersion()));
        }
        return scaleOf(resource.get(), key)
                .filter(scale -> scale.uid().equals(owner.getUid()))
                .map(scale -> new Scale(
                        owner.getUid(),
                        scale.tree().get("spec") instanceof Map<?, ?> spec && spec.get("replicas") instanceof Number n
                                ? n.intValue()
                                : 0));
    }

    private Optional<ApiObject> scaleOf(ResourceCatalog.Entry resource, ObjectKey key) {
        try {
            return Optional.of(context.client()
                    .transport()
                    .call(new ApiCall(
                            Verb.GET, resource.resource(), key.namespace(), key.name(), "scale", Map.of(), null, null))
                    .object());
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            if (e.getMessage().contains('"' + key.name() + '"')) {
                return Optional.empty();
            }
            // It is the path that is not there, not the object.
            throw ApiException.badRequest(
                    resource.resource().qualified() + " does not implement the scale subresource");
        }
    }

    private static String group(OwnerReference owner) {
        int slash = owner.getApiVersion().indexOf('/');
        String group = slash < 0 ? "" : owner.getApiVersion().substring(0, slash);
        return group.equals("extensions") ? "apps" : group; // whoever still names the old group means the new one
    }
}
