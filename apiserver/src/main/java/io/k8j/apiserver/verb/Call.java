package io.k8j.apiserver.verb;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Map;

/**
 * One request on its way through a handler.
 *
 * @param api as the client sent it
 * @param resource what it is about
 * @param context what strategies and admission see of it
 * @param agent name of the client's program, which manages fields when the request names no manager
 */
public record Call(ApiCall api, ServedResource resource, RequestContext context, String agent) {
    public StoredResource storage() {
        return resource.storage();
    }

    public String namespace() {
        return api.namespace();
    }

    public String name() {
        return api.name();
    }

    /** Key in the cache of the object that the request names. */
    public String key() {
        return storage().key(api.namespace(), api.name());
    }

    public String query(String parameter) {
        return api.query().getOrDefault(parameter, "");
    }

    /** The namespace that objects of this request must have; empty for cluster resources. */
    public String objectNamespace() {
        return resource.info().namespaced() ? api.namespace() : "";
    }

    /** The resource that errors name: that of the stored object, whatever group it is reached through. */
    GroupVersionResource storedResource() {
        if (storage() == null) return resource.gvr();
        return new GroupVersionResource(
                resource.gvr().group(),
                storage().kind().version(),
                storage().id().resource());
    }

    /**
     * The form in which a write is prepared and checked: as it is stored; but custom resources as they are served, since
     * each version has its own schema.
     */
    Map<String, Object> workingForm(Map<String, Object> served) {
        return resource.custom() == null ? resource.converter().toStored(served) : served;
    }

    /** The same of what is stored, which is left as it is. */
    Map<String, Object> workingFormOfStored(Map<String, Object> stored) {
        return resource.custom() == null ? stored : resource.treeFromStored(Trees.deepCopy(stored));
    }

    /** What is stored of it in the end; the argument must not be used any more. */
    Map<String, Object> storedForm(Map<String, Object> working) {
        return storage()
                .canonical(
                        resource.custom() == null
                                ? working
                                : resource.converter().toStored(working));
    }

    public ApiException notFound() {
        return ApiException.notFound(storedResource(), api.name());
    }

    /** The answer with a stored object, in the request's version. */
    public ApiResponse answer(int code, ApiObject stored) {
        return new ApiResponse(code, resource.fromStored(stored), null, context.warnings());
    }

    /** The answer with an object that is not converted, such as a Status. */
    public ApiResponse answerAsIs(int code, ApiObject object) {
        return new ApiResponse(code, object, null, context.warnings());
    }

    /** Adds warnings in order. */
    public void warn(List<String> texts) {
        for (String text : texts) context.warn(text);
    }
}
