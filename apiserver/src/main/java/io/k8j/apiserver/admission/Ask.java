package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;

/** Questions that many steps ask about a request, and the refusal they all use. */
public final class Ask {
    public static final GroupVersionResource NAMESPACES = new GroupVersionResource("", "v1", "namespaces");
    public static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");

    private Ask() {}

    public static String namespace(AdmissionRequest request) {
        String namespace = request.context().namespace();
        return namespace == null ? "" : namespace;
    }

    public static String subresource(AdmissionRequest request) {
        String subresource = request.context().subresource();
        return subresource == null ? "" : subresource;
    }

    /** Whether the request is about the resource itself, {@code pods} or {@code deployments.apps}. */
    public static boolean isFor(AdmissionRequest request, String resource, Operation... operations) {
        return subresource(request).isEmpty() && isFor(request, resource, "", operations);
    }

    public static boolean isFor(
            AdmissionRequest request, String resource, String subresource, Operation... operations) {
        return request.context().resource().isQualified(resource)
                && subresource(request).equals(subresource)
                && contains(operations, request.operation());
    }

    private static boolean contains(Operation[] operations, Operation wanted) {
        for (Operation operation : operations) {
            if (operation == wanted) {
                return true;
            }
        }
        return false;
    }

    public static Place object(AdmissionRequest request) {
        return Place.of(request.object());
    }

    public static Place old(AdmissionRequest request) {
        return Place.of(request.old());
    }

    /** The tree of an object in a cache. */
    public static Place tree(ApiObject object) {
        Map<String, Object> tree = object.tree();
        return Place.of(tree);
    }

    public static String name(AdmissionRequest request) {
        String name = request.context().name();
        if (name != null && !name.isEmpty()) {
            return name;
        }
        Place metadata = object(request).field("metadata");
        if (!metadata.text("name").isEmpty()) {
            return metadata.text("name");
        }
        return metadata.text("generateName").isEmpty() ? "Unknown" : metadata.text("generateName");
    }

    /** The refusal of an admission step: {@code pods "p" is forbidden: …}. */
    public static ApiException forbidden(AdmissionRequest request, String why) {
        return ApiException.forbidden(request.context().resource(), name(request), why);
    }
}
