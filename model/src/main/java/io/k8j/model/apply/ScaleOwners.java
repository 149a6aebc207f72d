package io.k8j.model.apply;

import io.k8j.model.apply.Owners.Entry;
import io.k8j.model.apply.Owners.Id;
import java.util.List;
import java.util.Map;

/**
 * Carries the owners of a replica count between an object and its {@code scale}, which is an object of its own with
 * one field. Pure functions.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-side apply</a>
 */
public final class ScaleOwners {
    private static final String VERSION = "autoscaling/v1";
    private static final Map<String, Object> REPLICAS = Map.of("f:spec", Map.of("f:replicas", Map.of()));

    private ScaleOwners() {}

    /**
     * The managed fields that the scale of an object has.
     *
     * @param entries managed fields of the object
     * @param path of the replica count in the object, such as {@code .spec.replicas}
     */
    public static List<Object> ofScale(List<Object> entries, String path) {
        Owners scale = Owners.none();
        Map<String, Object> wanted = FieldSets.of(path.substring(1));
        Owners.decode(entries, true).entries().forEach((id, entry) -> {
            if (owns(entry, wanted)) {
                Id own = Id.of(id.manager(), id.applies(), VERSION, id.subresource());
                scale.put(own, VERSION, entry.time(), REPLICAS);
            }
        });
        return scale.encode();
    }

    /**
     * The managed fields of an object whose scale was written.
     *
     * @param entries managed fields of the object before
     * @param scaled managed fields of the scale afterwards
     * @param apiVersion of the object
     * @param path of the replica count in the object
     */
    public static List<Object> ofObject(List<Object> entries, List<Object> scaled, String apiVersion, String path) {
        Map<String, Object> wanted = FieldSets.of(path.substring(1));
        Owners object = Owners.none();
        Map<Id, Entry> scale = Owners.decode(scaled, true).entries();
        Owners.decode(entries, true).entries().forEach((id, entry) -> {
            Id own = Id.of(id.manager(), id.applies(), VERSION, id.subresource());
            if (!owns(entry, wanted)) {
                object.put(id, entry.apiVersion(), entry.time(), entry.fields());
            } else if (scale.remove(own) != null) {
                object.put(id, entry.apiVersion(), entry.time(), entry.fields());
            } else {
                object.put(id, entry.apiVersion(), entry.time(), FieldSets.difference(entry.fields(), wanted));
            }
        });
        scale.forEach((id, entry) -> {
            if (owns(entry, REPLICAS)) {
                object.put(
                        Id.of(id.manager(), id.applies(), apiVersion, id.subresource()),
                        apiVersion,
                        entry.time(),
                        wanted);
            }
        });
        return object.encode();
    }

    private static boolean owns(Entry entry, Map<String, Object> path) {
        return !FieldSets.intersection(entry.fields(), path).isEmpty();
    }
}
