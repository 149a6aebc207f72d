package io.k8j.controllers.garbage;

import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Ownership;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes objects of any kind. Each write names the uid and version on which it was decided; if the object has
 * changed since, it fails with a conflict, and the decision is made anew.
 */
final class LiveObjects {
    private final Client client;

    LiveObjects(Client client) {
        this.client = client;
    }

    /** The object if it still is the same one. */
    Optional<ApiObject> find(OwnerGraph.Item item) {
        return get(item.resource().resource(), item.key())
                .filter(object -> object.uid().equals(item.uid()));
    }

    Optional<ApiObject> get(GroupVersionResource resource, ObjectKey key) {
        try {
            return Optional.of(client.transport()
                    .call(new ApiCall(Verb.GET, resource, key.namespace(), key.name(), "", Map.of(), null, null))
                    .object());
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    void delete(OwnerGraph.Item item, ApiObject seen, String policy) {
        Map<String, Object> preconditions = new LinkedHashMap<>();
        preconditions.put("uid", item.uid());
        preconditions.put("resourceVersion", seen.resourceVersion());
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("kind", "DeleteOptions");
        options.put("apiVersion", "v1");
        options.put("propagationPolicy", policy);
        options.put("preconditions", preconditions);
        call(item, Verb.DELETE, null, options);
    }

    void setOwners(OwnerGraph.Item item, ApiObject seen, List<Ownership.Owner> owners) {
        List<String> uids = owners.stream().map(Ownership.Owner::uid).toList();
        List<Object> kept = new ArrayList<>(references(seen));
        kept.removeIf(reference -> !(reference instanceof Map<?, ?> map && uids.contains(map.get("uid"))));
        patchMetadata(item, seen, "ownerReferences", kept);
    }

    void unblockOwners(OwnerGraph.Item item, ApiObject seen) {
        List<Object> unblocked = new ArrayList<>();
        for (Object reference : references(seen)) {
            Map<Object, Object> copy = new LinkedHashMap<>((Map<?, ?>) reference);
            copy.put("blockOwnerDeletion", false);
            unblocked.add(copy);
        }
        patchMetadata(item, seen, "ownerReferences", unblocked);
    }

    void removeFinalizer(OwnerGraph.Item item, ApiObject seen, String finalizer) {
        List<String> rest = Ownership.of(seen).finalizers().stream()
                .filter(f -> !f.equals(finalizer))
                .toList();
        patchMetadata(item, seen, "finalizers", rest);
    }

    private static List<?> references(ApiObject seen) {
        return seen.tree().get("metadata") instanceof Map<?, ?> metadata
                        && metadata.get("ownerReferences") instanceof List<?> list
                ? list
                : List.of();
    }

    private void patchMetadata(OwnerGraph.Item item, ApiObject seen, String field, Object value) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("uid", item.uid());
        metadata.put("resourceVersion", seen.resourceVersion());
        metadata.put(field, value);
        call(item, Verb.PATCH, PatchType.MERGE.mediaType(), Map.of("metadata", metadata));
    }

    private void call(OwnerGraph.Item item, Verb verb, String contentType, Object body) {
        Map<String, String> query = verb == Verb.PATCH ? Map.of("fieldManager", client.fieldManager()) : Map.of();
        try {
            client.transport()
                    .call(new ApiCall(
                            verb,
                            item.resource().resource(),
                            item.key().namespace(),
                            item.key().name(),
                            "",
                            query,
                            contentType,
                            body));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
