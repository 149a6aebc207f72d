package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import io.k8j.model.time.PlainTime;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The managers of one object and what each owns. Used by one thread, for one write. */
@SuppressWarnings("ReferenceEquality") // the same map says "unchanged"
final class Owners {
    static final int MAX_UPDATERS = 10;

    /**
     * What tells entries apart. Appliers keep their entry when they change the version they use.
     *
     * @param apiVersion empty for appliers
     */
    record Id(String manager, boolean applies, String apiVersion, String subresource) {
        static Id of(String manager, boolean applies, String apiVersion, String subresource) {
            String name = manager == null || manager.isEmpty() ? "unknown" : manager;
            return new Id(name, applies, applies ? "" : apiVersion, subresource == null ? "" : subresource);
        }

        @Override
        public boolean equals(Object other) {
            return this == other
                    || other instanceof Id o
                            && applies == o.applies
                            && manager.equals(o.manager)
                            && apiVersion.equals(o.apiVersion)
                            && subresource.equals(o.subresource);
        }

        @Override
        public int hashCode() {
            return (manager.hashCode() * 31 + apiVersion.hashCode()) * 31 + subresource.hashCode() + (applies ? 1 : 0);
        }
    }

    /**
     * One entry.
     *
     * @param time as it is written, or null
     * @param fields a FieldsV1 tree
     * @param encoded the entry as the object has it; null if it is new
     */
    record Entry(String apiVersion, String time, Map<String, Object> fields, Map<String, Object> encoded) {}

    private final Map<Id, Entry> entries = new LinkedHashMap<>();

    private Owners() {}

    static Owners none() {
        return new Owners();
    }

    /**
     * Reads the entries of an object.
     *
     * @param trusted whether the sets are known to be spelled as we spell them
     * @throws IllegalArgumentException with upstream's words if one of them is wrong
     */
    static Owners decode(List<Object> list, boolean trusted) {
        Owners owners = new Owners();
        for (int i = 0; i < list.size(); i++) {
            Map<String, Object> entry = Trees.map(list.get(i));
            String operation = Trees.string(entry, "operation");
            if (!"Apply".equals(operation) && !"Update".equals(operation)) {
                throw new IllegalArgumentException("operation must be `Apply` or `Update`");
            }
            String version = Trees.string(entry, "apiVersion");
            if (version == null || version.isEmpty())
                throw new IllegalArgumentException("apiVersion must not be empty");
            String type = Trees.string(entry, "fieldsType");
            if (type == null || type.isEmpty()) {
                throw new IllegalArgumentException("missing fieldsType in managed fields entry " + i);
            }
            if (!type.equals("FieldsV1")) {
                throw new IllegalArgumentException("invalid fieldsType \"" + type + "\" in managed fields entry " + i);
            }
            Object tree = entry.get("fieldsV1");
            Map<String, Object> given = tree == null ? FieldSets.EMPTY : FieldSets.decodeRoot(tree, trusted);
            if (given == null) throw new IllegalArgumentException("error decoding set: entry " + i);
            String manager = Trees.string(entry, "manager");
            boolean applies = operation.equals("Apply");
            Id id = new Id(
                    manager == null ? "" : manager,
                    applies,
                    applies ? "" : version,
                    entry.get("subresource") instanceof String s ? s : "");
            Map<String, Object> encoded = given == tree ? entry : null;
            owners.entries.put(id, new Entry(version, Trees.string(entry, "time"), given, encoded));
        }
        return owners;
    }

    Map<Id, Entry> entries() {
        return entries;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    Map<String, Object> fields(Id id) {
        Entry entry = entries.get(id);
        return entry == null ? FieldSets.EMPTY : entry.fields();
    }

    /** Gives a manager a set; an empty set removes the entry. */
    void put(Id id, String apiVersion, String time, Map<String, Object> fields) {
        if (fields.isEmpty()) entries.remove(id);
        else entries.put(id, new Entry(apiVersion, time, FieldSets.sorted(fields), null));
    }

    /** Adapts the sets of a version to its schema, which may have changed since they were written. */
    void reconcile(Schema schema, Predicate<String> isOfThatVersion) {
        entries.replaceAll((_, entry) -> {
            if (!isOfThatVersion.test(entry.apiVersion())) return entry;
            Map<String, Object> fields = FieldSets.reconciled(entry.fields(), schema);
            return fields == entry.fields() ? entry : new Entry(entry.apiVersion(), entry.time(), fields, null);
        });
    }

    /** Takes fields from all managers but one; who owned them in a version that is gone is forgotten. */
    void takeFromOthers(Id self, VersionedComparison changes) {
        for (Id id : List.copyOf(entries.keySet())) {
            if (id.equals(self)) continue;
            Entry entry = entries.get(id);
            Comparison comparison = changes.in(entry.apiVersion());
            if (comparison == null) {
                entries.remove(id);
                continue;
            }
            Map<String, Object> rest = FieldSets.difference(entry.fields(), comparison.changed());
            rest = FieldSets.difference(rest, comparison.removed());
            if (rest == entry.fields()) continue;
            if (rest.isEmpty()) entries.remove(id);
            else entries.put(id, new Entry(entry.apiVersion(), entry.time(), rest, null));
        }
    }

    /** Merges the oldest updaters into one entry per version when there are too many. */
    void cap() {
        List<Id> updaters = new ArrayList<>(entries.keySet());
        updaters.removeIf(Id::applies);
        int count = updaters.size();
        if (count <= MAX_UPDATERS) return;
        updaters.sort(
                Comparator.comparingLong((Id id) -> seconds(entries.get(id).time()))
                        .thenComparing(Id::manager)
                        .thenComparing(Id::apiVersion)
                        .thenComparing(Id::subresource));
        Map<String, Id> firsts = new HashMap<>();
        for (Id id : updaters) {
            if (count <= MAX_UPDATERS) return;
            Entry entry = entries.get(id);
            Id first = firsts.putIfAbsent(entry.apiVersion(), id);
            if (first == null) continue;
            Id bucket = Id.of("ancient-changes", false, entry.apiVersion(), "");
            Entry old = entries.get(bucket);
            if (old == null) old = entries.remove(first);
            Map<String, Object> all = FieldSets.union(entry.fields(), old.fields());
            entries.remove(id);
            put(bucket, entry.apiVersion(), entry.time(), all);
            count--;
        }
    }

    /** The entries in upstream's order, as trees. */
    List<Object> encode() {
        List<Id> ids = new ArrayList<>(entries.keySet());
        if (ids.size() > 1) {
            ids.sort(Comparator.comparing((Id id) -> !id.applies())
                    .thenComparingLong(id -> seconds(entries.get(id).time()))
                    .thenComparing(Id::manager)
                    .thenComparing(id -> entries.get(id).apiVersion())
                    .thenComparing(Id::subresource));
        }
        List<Object> list = new ArrayList<>(ids.size());
        for (Id id : ids) list.add(encode(id, entries.get(id)));
        return list;
    }

    private static Map<String, Object> encode(Id id, Entry entry) {
        if (entry.encoded() != null) return entry.encoded();
        Map<String, Object> tree = new LinkedHashMap<>();
        if (!id.manager().isEmpty()) tree.put("manager", id.manager());
        tree.put("operation", id.applies() ? "Apply" : "Update");
        tree.put("apiVersion", entry.apiVersion());
        if (entry.time() != null) tree.put("time", entry.time());
        tree.put("fieldsType", "FieldsV1");
        tree.put("fieldsV1", entry.fields());
        if (!id.subresource().isEmpty()) tree.put("subresource", id.subresource());
        return tree;
    }

    static String time(Instant now) {
        return PlainTime.format(now);
    }

    private static long seconds(String time) {
        if (time == null) return 0;
        long plain = PlainTime.seconds(time);
        if (plain != PlainTime.OTHER) return plain;
        try {
            return Instant.parse(time).getEpochSecond();
        } catch (DateTimeParseException e) {
            return 0; // a time that cannot be read sorts like none
        }
    }
}
