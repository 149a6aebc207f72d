package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.model.api.ApiObject;
import java.util.Objects;

/**
 * Namespace and name of an object within its resource.
 *
 * @param namespace empty for cluster resources
 * @param name the object's name
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
    public static ObjectKey of(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new ObjectKey(
                namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    public static ObjectKey of(ApiObject object) {
        return new ObjectKey(object.namespace(), object.name());
    }

    /** A cluster resource's key. */
    public static ObjectKey of(String name) {
        return new ObjectKey("", name);
    }

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    // Written out: it is asked for with each event, and what the compiler makes for records is not inlined there.
    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key
                && Objects.equals(name, key.name)
                && Objects.equals(namespace, key.namespace);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hashCode(namespace) + Objects.hashCode(name);
    }

    /** {@code namespace/name}, or the name alone. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
