package io.k8j.apiserver.admission;

import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.List;
import java.util.Map;

/** The versions and groups in which one and the same object is served. Safe for all threads. */
public interface Versions {
    /** Nothing is served in more than one version, and objects are taken as they are. */
    Versions NONE = new Versions() {
        @Override
        public List<GroupVersionResource> equivalents(GroupVersionResource resource, String subresource) {
            return List.of();
        }

        @Override
        public GroupVersionKind kind(GroupVersionResource resource, String subresource) {
            return null;
        }

        @Override
        public Map<String, Object> convert(Map<String, Object> object, GroupVersionKind wanted) {
            return object;
        }

        @Override
        public Map<String, Object> decode(Map<String, Object> object, GroupVersionKind kind) {
            return object;
        }

        @Override
        public GroupVersionResource resource(GroupVersionKind kind) {
            return null;
        }

        @Override
        public Schema schema(GroupVersionKind kind) {
            return Schemas.kind(kind);
        }

        @Override
        public boolean isNamespaced(GroupVersionResource resource) {
            return true;
        }
    };

    /** Other paths to the same objects, in discovery's order; without the resource itself. */
    List<GroupVersionResource> equivalents(GroupVersionResource resource, String subresource);

    /** The kind behind a path; null if there is none. */
    GroupVersionKind kind(GroupVersionResource resource, String subresource);

    /**
     * An object in another version, in the form in which clients would see it; may share parts with the argument. What
     * has no versions (options of a connection, a Scale) is given back. May call a conversion webhook.
     *
     * @throws io.k8j.model.api.ApiException if it cannot be converted
     */
    Map<String, Object> convert(Map<String, Object> object, GroupVersionKind wanted);

    /**
     * An object as it is after decoding: with defaults, without what its schema does not know.
     *
     * @throws io.k8j.model.api.ApiException 400 if it is no such object
     */
    Map<String, Object> decode(Map<String, Object> object, GroupVersionKind kind);

    /**
     * The same, but a field that the schema does not know is a fault; custom resources lose it all the same.
     *
     * @throws io.k8j.model.api.ApiException 400 if it is no such object
     */
    default Map<String, Object> decodeStrictly(Map<String, Object> object, GroupVersionKind kind) {
        return decode(object, kind);
    }

    /** The path on which objects of a kind are served; null if there is none. */
    GroupVersionResource resource(GroupVersionKind kind);

    /** The schema of a kind; null if nobody knows the kind. */
    Schema schema(GroupVersionKind kind);

    /** Whether the resource's objects live in namespaces. */
    boolean isNamespaced(GroupVersionResource resource);
}
