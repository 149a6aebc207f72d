package io.k8j.controllers.namespace;

import io.k8j.client.ResourceCatalog;
import io.k8j.controllers.support.SlowStart;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Ownership;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Deletes all that is in a namespace: Pods first, since they may need what else is there to end well. */
final class ContentDeleter {
    /**
     * What is left.
     *
     * @param counts objects by resource
     * @param finalizers objects by finalizer
     * @param errors refused calls
     */
    record Remains(TreeMap<String, Integer> counts, TreeMap<String, Integer> finalizers, List<ApiException> errors) {}

    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");

    private final ApiTransport transport;

    ContentDeleter(ApiTransport transport) {
        this.transport = transport;
    }

    Remains deleteAll(String namespace, List<ResourceCatalog.Entry> catalog) throws InterruptedException {
        Remains remains = new Remains(new TreeMap<>(), new TreeMap<>(), new ArrayList<>());
        List<ResourceCatalog.Entry> rest = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (ResourceCatalog.Entry entry : catalog) {
            if (!entry.namespaced()
                    || !entry.verbs().contains("delete")
                    || !seen.add(entry.resource().qualified())) {
                continue;
            }
            if (entry.resource().equals(PODS)) {
                delete(namespace, entry, remains);
            } else {
                rest.add(entry);
            }
        }
        if (remains.counts.isEmpty() && remains.errors.isEmpty()) {
            SlowStart.Result result = SlowStart.all(rest, entry -> delete(namespace, entry, remains));
            if (result.error() != null) {
                throw result.error();
            }
        }
        return remains;
    }

    private void delete(String namespace, ResourceCatalog.Entry entry, Remains remains) {
        try {
            List<ApiObject> left = list(namespace, entry);
            if (!left.isEmpty()) {
                if (entry.verbs().contains("deletecollection")) {
                    call(Verb.DELETECOLLECTION, entry, namespace, "");
                } else {
                    left.forEach(object -> call(Verb.DELETE, entry, namespace, object.name()));
                }
                left = list(namespace, entry);
            }
            count(entry, left, remains);
        } catch (ApiException e) {
            // 405 and 404: served no longer, or not in this way; then there is nothing we could delete.
            if (!e.isNotFound() && e.code() != 405) {
                synchronized (remains) {
                    remains.errors.add(e);
                }
            }
        }
    }

    private static void count(ResourceCatalog.Entry entry, List<ApiObject> left, Remains remains) {
        if (left.isEmpty()) {
            return;
        }
        synchronized (remains) {
            remains.counts.put(
                    entry.resource().resource() + "." + entry.resource().group(), left.size());
            for (ApiObject object : left) {
                Ownership.of(object)
                        .finalizers()
                        .forEach(finalizer -> remains.finalizers.merge(finalizer, 1, Integer::sum));
            }
        }
    }

    private List<ApiObject> list(String namespace, ResourceCatalog.Entry entry) {
        if (!entry.verbs().contains("list")) {
            return List.of();
        }
        return transport
                .call(new ApiCall(Verb.LIST, entry.resource(), namespace, "", "", Map.of(), null, null))
                .list()
                .items();
    }

    private void call(Verb verb, ResourceCatalog.Entry entry, String namespace, String name) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("kind", "DeleteOptions");
        options.put("apiVersion", "v1");
        options.put("propagationPolicy", "Background");
        try {
            transport.call(new ApiCall(verb, entry.resource(), namespace, name, "", Map.of(), null, options));
        } catch (ApiException e) {
            if (verb != Verb.DELETE || !e.isNotFound()) {
                throw e;
            }
        }
    }
}
