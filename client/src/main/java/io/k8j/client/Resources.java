package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes one resource with typed objects. All calls block; all throw {@link ApiException} when the server
 * refuses and {@link io.k8j.model.api.TransportException} when it did not answer. Safe for all threads.
 *
 * <p>Objects that come from here may be shared with others in the process: copy before changing
 * ({@code pod.toBuilder()…}).
 *
 * @param <T> fabric8 model class of the resource
 */
public final class Resources<T extends HasMetadata> {
    private final Client client;
    private final Class<T> type;
    private final GroupVersionResource resource;
    private final boolean namespaced;

    Resources(Client client, Class<T> type, GroupVersionResource resource, boolean namespaced) {
        this.client = client;
        this.type = type;
        this.resource = resource;
        this.namespaced = namespaced;
    }

    public Class<T> type() {
        return type;
    }

    public GroupVersionResource resource() {
        return resource;
    }

    public Client client() {
        return client;
    }

    /** @throws ApiException 404 if there is none */
    public T get(ObjectKey key) {
        return typed(call(Verb.GET, key, "", Map.of(), null, null));
    }

    /** Like {@link #get}, but an absent object is an empty answer. */
    public Optional<T> find(ObjectKey key) {
        try {
            return Optional.of(get(key));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** All matching objects, in order of their keys. */
    public List<T> list(ListOptions options) {
        return listPage(options, Map.of()).items().stream().map(o -> o.as(type)).toList();
    }

    private ApiResponse.ApiList listPage(ListOptions options, Map<String, String> more) {
        Map<String, String> query = options.query();
        query.putAll(more);
        return client.transport()
                .call(new ApiCall(Verb.LIST, resource, options.namespace(), "", "", query, null, null))
                .list();
    }

    /** @throws ApiException 409 AlreadyExists, 422 Invalid, … */
    public T create(T object) {
        return typed(call(Verb.CREATE, namespaceOf(object), "", managed(), null, ApiObject.treeOf(object)));
    }

    /** Creates an object given as a tree; what became of it is not read. Throws as {@link #create} does. */
    public void submit(String namespace, Map<String, Object> tree) {
        call(Verb.CREATE, new ObjectKey(namespace, ""), "", managed(), null, tree);
    }

    /** Posts to a subresource such as {@code binding}, {@code eviction} or {@code token}; the answer is as it came. */
    public ApiObject createSubresource(ObjectKey key, String subresource, Object body) {
        return call(Verb.CREATE, key, subresource, managed(), null, ApiObject.treeOf(body))
                .object();
    }

    /** Replaces the object. Refused with 409 if it has changed since it was read. */
    public T update(T object) {
        return typed(call(Verb.UPDATE, ObjectKey.of(object), "", managed(), null, ApiObject.treeOf(object)));
    }

    /** Replaces the status only. Refused with 409 if the object has changed since it was read. */
    public T updateStatus(T object) {
        return typed(call(Verb.UPDATE, ObjectKey.of(object), "status", managed(), null, ApiObject.treeOf(object)));
    }

    /** Replaces the object through a subresource such as {@code finalize} or {@code approval}. */
    public T updateSubresource(T object, String subresource) {
        return typed(call(Verb.UPDATE, ObjectKey.of(object), subresource, managed(), null, ApiObject.treeOf(object)));
    }

    /** @param subresource empty for the object itself */
    public T patch(ObjectKey key, PatchType patchType, Object patch, String subresource) {
        return typed(call(Verb.PATCH, key, subresource, managed(), patchType.mediaType(), patch));
    }

    /** Starts the deletion. The object is gone at once, or later when its finalizers and grace period are done. */
    public void delete(ObjectKey key, DeleteOptions options) {
        call(Verb.DELETE, key, "", Map.of(), null, options.body());
    }

    /** Like {@link #delete}; an object that is gone already, or was replaced by another one, is fine. */
    public void deleteIfPresent(ObjectKey key, DeleteOptions options) {
        try {
            delete(key, options);
        } catch (ApiException e) {
            if (!e.isNotFound() && !(e.isConflict() && options.uid() != null)) {
                throw e;
            }
        }
    }

    /** Watches from a version. Most components want an {@link Informer} instead. */
    public ApiTransport.Watch watch(ListOptions options, String resourceVersion, WatchListener listener) {
        Map<String, String> query = options.query();
        query.put("resourceVersion", resourceVersion);
        query.put("allowWatchBookmarks", "true");
        return client.transport()
                .watch(new ApiCall(Verb.WATCH, resource, options.namespace(), "", "", query, null, null), listener);
    }

    private ApiResponse call(
            Verb verb, ObjectKey key, String subresource, Map<String, String> query, String contentType, Object body) {
        return client.transport()
                .call(new ApiCall(
                        verb,
                        resource,
                        namespaced ? key.namespace() : "",
                        verb == Verb.CREATE && subresource.isEmpty() ? "" : key.name(),
                        subresource,
                        query,
                        contentType,
                        body));
    }

    private Map<String, String> managed() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("fieldManager", client.fieldManager());
        return query;
    }

    private static ObjectKey namespaceOf(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new ObjectKey(namespace == null ? "" : namespace, "");
    }

    private T typed(ApiResponse response) {
        return response.object().as(type);
    }
}
