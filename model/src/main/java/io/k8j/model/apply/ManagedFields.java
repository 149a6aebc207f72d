package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Keeps {@code metadata.managedFields} right when objects are created, updated and patched. Stateless.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-side apply</a>
 */
public final class ManagedFields {
    /** Fields that nobody owns, because the server sets them or because they name the object. */
    static final Map<String, Object> UNOWNED = FieldSets.of(
            "apiVersion",
            "kind",
            "metadata",
            "metadata.name",
            "metadata.namespace",
            "metadata.creationTimestamp",
            "metadata.selfLink",
            "metadata.uid",
            "metadata.clusterName",
            "metadata.generation",
            "metadata.managedFields",
            "metadata.resourceVersion");

    private ManagedFields() {}

    /**
     * The set of fields that a resource or subresource does not let its writers own, such as {@code status} on the main
     * resource.
     *
     * @param paths field names joined by dots; all below them is meant, too
     */
    public static Map<String, Object> resetFields(String... paths) {
        return FieldSets.of(paths);
    }

    /**
     * Says what is wrong with managed fields that a client sent.
     *
     * @return upstream's words, or null if nothing is
     */
    public static String check(List<Object> managedFields) {
        try {
            Owners.decode(managedFields, false);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /**
     * Finds the managed fields of an object that is about to be written by a create, update or patch. Changes neither
     * version; the result may share parts with both.
     *
     * @param live the object as it is stored; null when it is being created
     * @param updated the object as it will be stored, defaults included. Its own managed fields count unless the write
     *     goes to a subresource: absent or damaged ones mean the live ones, {@code []} and {@code [{}]} clear them
     * @param schema of the object
     * @param manager who writes; empty means {@code unknown}
     * @param apiVersion version in which it is written
     * @param subresource through which it is written; empty or null for the object itself
     * @param now time of the write
     * @param resetFields fields the writer cannot own here, see {@link #resetFields}; null for none
     * @return the entries, sorted as upstream does; empty if the object must have none, as one whose lists with keys
     *     have items without
     */
    public static List<Object> afterUpdate(
            Map<String, Object> live,
            Map<String, Object> updated,
            Schema schema,
            String manager,
            String apiVersion,
            String subresource,
            Instant now,
            Map<String, Object> resetFields) {
        return afterUpdate(
                live, updated, schema, manager, apiVersion, subresource, now, resetFields, OtherVersions.ALIKE);
    }

    /**
     * The same of an object whose versions may differ in their fields.
     *
     * @param versions shows both objects to managers of other versions
     */
    public static List<Object> afterUpdate(
            Map<String, Object> live,
            Map<String, Object> updated,
            Schema schema,
            String manager,
            String apiVersion,
            String subresource,
            Instant now,
            Map<String, Object> resetFields,
            OtherVersions versions) {
        boolean main = subresource == null || subresource.isEmpty();
        Owners owners = main ? given(live, updated) : stored(live);
        if (owners.isEmpty() && live != null && Trees.string(live, "metadata", "uid") != null) {
            return List.of(); // cleared: nothing is tracked until somebody applies
        }
        boolean readable = update(
                owners,
                live,
                updated,
                schema,
                Owners.Id.of(manager, false, apiVersion, subresource),
                apiVersion,
                Owners.time(now),
                resetFields,
                versions);
        if (!readable) return List.of();
        owners.cap();
        return owners.encode();
    }

    /** Moves the changed fields to the writer; false if nobody can tell which they are. */
    static boolean update(
            Owners owners,
            Map<String, Object> live,
            Map<String, Object> updated,
            Schema schema,
            Owners.Id self,
            String apiVersion,
            String time,
            Map<String, Object> resetFields,
            OtherVersions versions) {
        VersionedComparison changes = new VersionedComparison(
                live == null ? Map.of() : live, updated, schema, apiVersion, resetFields, versions);
        Comparison comparison = changes.written();
        if (!comparison.readable()) return false;
        if (comparison.isSame()) return true;
        owners.reconcile(schema, version -> isAlike(versions, version, apiVersion));
        owners.takeFromOthers(null, changes);
        Map<String, Object> own = FieldSets.difference(comparison.changed(), UNOWNED);
        if (!own.isEmpty()) owners.put(self, apiVersion, time, FieldSets.union(owners.fields(self), own));
        return true;
    }

    /** Whether fields of a version are those of the one that is written. */
    static boolean isAlike(OtherVersions versions, String version, String written) {
        return version.equals(written) || versions == OtherVersions.ALIKE;
    }

    private static Owners given(Map<String, Object> live, Map<String, Object> updated) {
        Object value = Trees.get(updated, "metadata", "managedFields");
        if (!(value instanceof List<?> list)) return stored(live);
        boolean clears =
                list.isEmpty() || list.size() == 1 && Trees.map(list.getFirst()).isEmpty();
        if (clears) return Owners.none();
        Object old = Trees.get(live, "metadata", "managedFields");
        if (Trees.deepEquals(value, old)) return stored(live);
        try {
            return Owners.decode(Trees.asList(list), false);
        } catch (IllegalArgumentException e) {
            return stored(live); // upstream ignores damaged ones here and warns nobody
        }
    }

    /** The entries of a stored object; none if they are damaged, as upstream. */
    static Owners stored(Map<String, Object> live) {
        if (live == null) return Owners.none();
        try {
            return Owners.decode(Trees.list(live, "metadata", "managedFields"), true);
        } catch (IllegalArgumentException e) {
            return Owners.none();
        }
    }
}
