package io.k8j.model.apply;

import io.k8j.model.apply.ApplyResult.Applied;
import io.k8j.model.apply.ApplyResult.Rejected;
import io.k8j.model.apply.Owners.Id;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Merges what a manager applies into an object and keeps track of who owns what. Stateless; changes none of its
 * arguments.
 *
 * <p>All managers are taken to use the same schema, whatever version they wrote in.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-side apply</a>
 */
@SuppressWarnings("ReferenceEquality") // the same map says "unchanged"
public final class ServerSideApply {
    private ServerSideApply() {}

    /**
     * One apply.
     *
     * @param manager who applies; must not be empty
     * @param force whether to take fields from other managers
     * @param apiVersion version in which the object is applied, such as {@code apps/v1}
     * @param kind the object's kind
     * @param subresource through which it is applied; empty for the object itself
     * @param now time of the apply
     * @param resetFields fields the manager cannot own here, see {@link ManagedFields#resetFields}; null for none
     */
    public record Request(
            String manager,
            boolean force,
            String apiVersion,
            String kind,
            String subresource,
            Instant now,
            Map<String, Object> resetFields) {}

    /**
     * Applies a tree.
     *
     * @param live the object as it is stored; null if there is none, so that it is created
     * @param applied what the manager sent
     * @param schema of the object
     */
    public static ApplyResult apply(
            Map<String, Object> live, Map<String, Object> applied, Schema schema, Request request) {
        return apply(live, applied, schema, request, OtherVersions.ALIKE);
    }

    /**
     * The same of an object whose versions may differ in their fields.
     *
     * @param versions shows objects to managers of other versions
     */
    public static ApplyResult apply(
            Map<String, Object> live,
            Map<String, Object> applied,
            Schema schema,
            Request request,
            OtherVersions versions) {
        String version = Trees.string(applied, "apiVersion");
        String kind = Trees.string(applied, "kind");
        if (!request.kind().equals(kind) || !request.apiVersion().equals(version)) {
            return new Rejected(400, "invalid object type: " + kindText(version, kind));
        }
        if (Trees.get(applied, "metadata", "managedFields") != null) {
            return new Rejected(400, "metadata.managedFields must be nil");
        }
        String fault = TypeCheck.check(applied, schema);
        if (fault != null) {
            return new Rejected(
                    400, // upstream's 500 would say that the server is at fault
                    "failed to create typed patch object (" + nameText(applied) + "; " + kindText(version, kind) + "): "
                            + fault);
        }
        Owners owners;
        try {
            owners = Owners.decode(live == null ? List.of() : Trees.list(live, "metadata", "managedFields"), true);
        } catch (IllegalArgumentException e) {
            return new Rejected(500, "failed to decode managed fields: " + e.getMessage());
        }
        owners.reconcile(schema, v -> ManagedFields.isAlike(versions, v, request.apiVersion()));
        if (owners.isEmpty() && live != null) ownBeforeFirstApply(owners, live, schema, request);
        return merge(live == null ? Map.of() : live, applied, schema, request, owners, versions);
    }

    /** Fields of an object that nobody tracked yet go to one manager, so that applying others does conflict. */
    private static void ownBeforeFirstApply(Owners owners, Map<String, Object> live, Schema schema, Request request) {
        Id id = Id.of("before-first-apply", false, request.apiVersion(), request.subresource());
        ManagedFields.update(
                owners,
                Canonical.nothing(schema),
                live,
                schema,
                id,
                request.apiVersion(),
                Owners.time(request.now()),
                request.resetFields(),
                OtherVersions.ALIKE);
    }

    private static ApplyResult merge(
            Map<String, Object> live,
            Map<String, Object> applied,
            Schema schema,
            Request request,
            Owners owners,
            OtherVersions versions) {
        Id self = Id.of(request.manager(), true, request.apiVersion(), request.subresource());
        Owners.Entry before = owners.entries().get(self);
        Map<String, Object> last = before == null ? FieldSets.EMPTY : before.fields();
        Map<String, Object> own = AppliedFields.of(applied, schema);
        if (request.resetFields() != null) own = FieldSets.recursiveDifference(own, request.resetFields());
        Map<String, Object> object = TypedMerge.merge(live, applied, schema);
        if (!last.isEmpty()) {
            VersionedPruning pruning = new VersionedPruning(owners, self, request.apiVersion(), schema, versions);
            object = withoutNulls(pruning.prune(object, before, own));
        }
        VersionedComparison changes =
                new VersionedComparison(live, object, schema, request.apiVersion(), request.resetFields(), versions);
        if (!request.force()) {
            ApplyResult.Conflicts conflicts = ApplyConflicts.find(owners, self, changes, live, schema, request);
            if (conflicts != null) return conflicts;
        }
        owners.takeFromOthers(self, changes);
        boolean changed = !Trees.deepEquals(unmanaged(live), unmanaged(object));
        // Whoever changes nothing has no time: a new manager none at all.
        String unchanged = before == null ? null : before.time();
        String time = changed ? Owners.time(request.now()) : unchanged;
        own = FieldSets.difference(own, ManagedFields.UNOWNED);
        boolean same = before != null
                && before.encoded() != null
                && own.equals(last)
                && before.apiVersion().equals(request.apiVersion())
                && Objects.equals(time, before.time());
        if (!same) owners.put(self, request.apiVersion(), time, own);
        Map<String, Object> result = withManagedFields(object, owners.encode());
        return new Applied(LastApplied.refresh(result, applied, request.manager()), changed);
    }

    private static Object unmanaged(Map<String, Object> object) {
        if (Trees.get(object, "metadata", "managedFields") == null) return object;
        return withManagedFields(object, List.of());
    }

    private static Map<String, Object> withManagedFields(Map<String, Object> object, List<Object> entries) {
        Map<String, Object> result = new LinkedHashMap<>(object);
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(object, "metadata"));
        if (entries.isEmpty()) metadata.remove("managedFields");
        else metadata.put("managedFields", entries);
        result.put("metadata", metadata);
        return result;
    }

    /** Drops what pruning left empty; typed objects have no nulls in maps. */
    private static Map<String, Object> withoutNulls(Map<String, Object> tree) {
        Map<String, Object> result = null;
        for (Map.Entry<String, Object> e : tree.entrySet()) {
            Object value = e.getValue();
            Object kept = value;
            if (value instanceof Map<?, ?> map) {
                kept = withoutNulls(Trees.asMap(map));
            } else if (value instanceof List<?> list) {
                kept = withoutNulls(list);
            }
            if (kept == value && value != null) continue;
            if (result == null) result = new LinkedHashMap<>(tree);
            if (kept == null) result.remove(e.getKey());
            else result.put(e.getKey(), kept);
        }
        return result == null ? tree : result;
    }

    private static List<?> withoutNulls(List<?> list) {
        boolean[] differs = {false};
        List<?> kept = list.stream()
                .map(item -> {
                    Object inner = item instanceof Map<?, ?> map ? withoutNulls(Trees.asMap(map)) : item;
                    differs[0] |= inner != item;
                    return inner;
                })
                .toList();
        return differs[0] ? new ArrayList<>(kept) : list;
    }

    /** The namespace and name of an object as messages show them. */
    public static String nameText(Map<String, Object> object) {
        String namespace = Trees.string(object, "metadata", "namespace");
        String name = Trees.string(object, "metadata", "name");
        return (namespace == null ? "" : namespace) + "/" + (name == null ? "" : name);
    }

    private static String kindText(String apiVersion, String kind) {
        String version = apiVersion == null ? "" : apiVersion;
        return (version.contains("/") ? version : "/" + version) + ", Kind=" + (kind == null ? "" : kind);
    }
}
