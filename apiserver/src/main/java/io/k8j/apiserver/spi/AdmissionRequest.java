package io.k8j.apiserver.spi;

import io.k8j.model.resource.GroupVersionKind;
import java.util.Map;

/**
 * What admission decides on.
 *
 * @param context the request
 * @param operation what happens to the object
 * @param kind the object's kind
 * @param object the new object, which {@link AdmissionPlugin#mutate} may change in place; null for DELETE
 * @param old the stored object, not to be changed; null for CREATE
 * @param options the request's options object (CreateOptions, DeleteOptions, …) as a tree
 */
public record AdmissionRequest(
        RequestContext context,
        Operation operation,
        GroupVersionKind kind,
        Map<String, Object> object,
        Map<String, Object> old,
        Map<String, Object> options) {
    /** Words of the admission API. */
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }
}
