package io.k8j.controllers.migration;

import io.k8j.client.PatchType;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse.ApiList;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lists and stores objects of any resource. */
final class MigratedObjects {
    private static final String PAGE = "500";
    private static final String MANAGER = "storage-version-migrator-controller";
    /** No namespace can have this name, so the answer is short and its version is the newest. */
    private static final String NOWHERE = "@fake:svm_ns!";

    private final ApiTransport transport;

    MigratedObjects(ApiTransport transport) {
        this.transport = transport;
    }

    /** The resource's newest version. */
    String version(ResourceCatalog.Entry resource) {
        return list(resource, resource.namespaced() ? NOWHERE : "", Map.of("limit", "1"))
                .resourceVersion();
    }

    /**
     * Stores each object anew that is not newer than a version; those that somebody else has written since are in the
     * form of now already.
     *
     * @throws ApiException if an object cannot be stored; those before it are
     */
    void migrate(ResourceCatalog.Entry resource, long version) {
        String next = "";
        do {
            Map<String, String> query =
                    next.isEmpty() ? Map.of("limit", PAGE) : Map.of("limit", PAGE, "continue", next);
            ApiList page = list(resource, "", query);
            for (ApiObject object : page.items()) {
                if (Long.parseLong(object.resourceVersion()) <= version) store(resource, object);
            }
            next = page.continueToken();
        } while (!next.isEmpty());
    }

    private ApiList list(ResourceCatalog.Entry resource, String namespace, Map<String, String> query) {
        return transport
                .call(new ApiCall(Verb.LIST, resource.resource(), namespace, "", "", query, null, null))
                .list();
    }

    private void store(ResourceCatalog.Entry resource, ApiObject object) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("uid", object.uid()); // else one that is deleted meanwhile would be made again
        metadata.put("resourceVersion", object.resourceVersion());
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("apiVersion", resource.resource().apiVersion());
        patch.put("kind", resource.kind());
        patch.put("metadata", metadata);
        try {
            transport.call(new ApiCall(
                    Verb.PATCH,
                    resource.resource(),
                    object.namespace(),
                    object.name(),
                    "",
                    Map.of("fieldManager", MANAGER),
                    PatchType.APPLY.mediaType(),
                    patch));
        } catch (ApiException e) {
            if (e.code() != 409) throw e;
        }
    }
}
