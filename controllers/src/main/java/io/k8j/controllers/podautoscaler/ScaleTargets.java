package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads and writes the {@code scale} of anything that has one. Blocks. Safe for all threads. */
final class ScaleTargets {
    /**
     * A target's scale.
     *
     * @param tree the Scale object as it came
     */
    record Scale(GroupVersionResource resource, Map<String, Object> tree) {
        int specReplicas() {
            return number(Trees.integer(tree, "spec", "replicas"));
        }

        int statusReplicas() {
            return number(Trees.integer(tree, "status", "replicas"));
        }

        /** Empty if the target does not say which Pods it has. */
        String selector() {
            String selector = Trees.string(tree, "status", "selector");
            return selector == null ? "" : selector;
        }

        private static int number(Long value) {
            return value == null ? 0 : value.intValue();
        }
    }

    private final ApiTransport transport;
    private final Supplier<List<ResourceCatalog.Entry>> catalog;

    ScaleTargets(ApiTransport transport, Supplier<List<ResourceCatalog.Entry>> catalog) {
        this.transport = transport;
        this.catalog = catalog;
    }

    /**
     * Finds the target, whatever version of its group the reference names.
     *
     * @throws MetricException if there is no such kind, in upstream's words
     * @throws ApiException if there is no such object, or it has no scale
     */
    Scale find(String namespace, CrossVersionObjectReference reference) {
        String group = group(reference.getApiVersion());
        RuntimeException first = null;
        for (ResourceCatalog.Entry entry : catalog.get()) {
            if (!entry.kind().equals(reference.getKind())
                    || !entry.resource().group().equals(group)) continue;
            try {
                return get(entry.resource(), namespace, reference.getName());
            } catch (ApiException e) {
                if (first == null) first = e;
            }
        }
        if (first != null) throw first;
        throw new MetricException("no matches for kind \"%s\" in group \"%s\"".formatted(reference.getKind(), group));
    }

    private static String group(String apiVersion) {
        if (apiVersion != null && apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
            throw new MetricException("unexpected GroupVersion string: " + apiVersion);
        }
        return MetricReader.groupOf(apiVersion);
    }

    private Scale get(GroupVersionResource resource, String namespace, String name) {
        ApiCall call = new ApiCall(Verb.GET, resource, namespace, name, "scale", Map.of(), null, null);
        return new Scale(resource, transport.call(call).object().tree());
    }

    /** @throws ApiException if it was refused; a conflict means that somebody else has changed the target */
    void write(Scale scale, String namespace, String name, int replicas) {
        Map<String, Object> tree = Trees.deepCopy(scale.tree());
        Trees.set(tree, (long) replicas, "spec", "replicas");
        var unused = transport.call(
                new ApiCall(Verb.UPDATE, scale.resource(), namespace, name, "scale", Map.of(), null, tree));
    }
}
