package io.k8j.model.apply;

import io.k8j.model.apply.FieldPath.Collected;
import io.k8j.model.apply.Shapes.Shape;
import io.k8j.model.json.GivenEmpty;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What differs between two versions of an object.
 *
 * @param added paths only the new version has
 * @param modified paths of values that differ
 * @param removed paths only the old version has
 * @param readable whether all items of lists that have keys have one; otherwise nobody can tell who owns what
 */
record Comparison(
        Map<String, Object> added, Map<String, Object> modified, Map<String, Object> removed, boolean readable) {
    private static final Object ABSENT = new Object();

    boolean isSame() {
        return added.isEmpty() && modified.isEmpty() && removed.isEmpty();
    }

    /** Paths the new version gives a value of its own. */
    Map<String, Object> changed() {
        return FieldSets.union(modified, added);
    }

    /** Leaves out some paths and all below them. */
    Comparison without(Map<String, Object> fields) {
        if (fields == null || fields.isEmpty()) return this;
        return new Comparison(
                FieldSets.recursiveDifference(added, fields),
                FieldSets.recursiveDifference(modified, fields),
                FieldSets.recursiveDifference(removed, fields),
                readable);
    }

    /** Compares two versions, managed fields left out. */
    static Comparison of(Map<String, Object> before, Map<String, Object> after, Schema schema) {
        Walk walk = new Walk();
        walk.maps(before, after, schema);
        return new Comparison(walk.added.set(), walk.modified.set(), walk.removed.set(), walk.readable);
    }

    @SuppressWarnings("ReferenceEquality") // ABSENT is a mark, and the same value is equal
    private static final class Walk {
        private final FieldPath path = new FieldPath();
        private final Collected added = path.newSet();
        private final Collected modified = path.newSet();
        private final Collected removed = path.newSet();
        private boolean readable = true;

        private void value(Object before, Object after, Schema schema) {
            if (before == after) return;
            Shape left = before == ABSENT ? null : Shapes.of(schema, before);
            Shape right = after == ABSENT ? left : Shapes.of(schema, after);
            if (left != null && left != right) {
                if (left == Shape.MAP) maps(before, ABSENT, schema);
                else if (right == Shape.MAP) maps(ABSENT, after, schema);
                modified.add();
                return;
            }
            boolean leaf = switch (right) {
                case LEAF -> true;
                case MAP -> Shapes.map(before).isEmpty() && Shapes.map(after).isEmpty();
                case LIST -> Shapes.list(before).isEmpty() && Shapes.list(after).isEmpty();
            };
            if (!leaf && right == Shape.MAP) maps(before, after, schema);
            else if (!leaf) leaf = !lists(Shapes.list(before), Shapes.list(after), schema);
            if (before == ABSENT) added.add();
            else if (after == ABSENT) removed.add();
            else if (leaf && !sameLeaf(before, after)) modified.add();
        }

        /** Upstream compares lists as Go does, in which an empty one is not the same as none, and maps key by key. */
        private static boolean sameLeaf(Object before, Object after) {
            if (before == null || after == null) return false;
            return before instanceof List ? Trees.identical(before, after) : Trees.deepEquals(before, after);
        }

        /** Whether nothing will be written of a field that is spelled out empty. */
        private static boolean isOmitted(Schema schema, String name, Object value) {
            if (!GivenEmpty.is(value)) return false;
            Schema.Field field = schema.field(name);
            return field != null && field.presence() == Schema.Presence.OMIT;
        }

        private void maps(Object oldMap, Object newMap, Schema schema) {
            boolean metadata = path.inMetadata();
            Map<?, ?> before = Shapes.map(oldMap);
            Map<?, ?> after = Shapes.map(newMap);
            for (Map.Entry<?, ?> e : after.entrySet()) {
                String name = (String) e.getKey();
                if (metadata && name.equals("managedFields")) continue;
                if (isOmitted(schema, name, e.getValue())) continue;
                Object old = before.get(name);
                if (old == null && !before.containsKey(name)) old = absent(oldMap, schema, name);
                field(name, old, e.getValue(), schema);
            }
            for (Map.Entry<?, ?> e : before.entrySet()) {
                String name = (String) e.getKey();
                if (metadata && name.equals("managedFields") || isOmitted(schema, name, e.getValue())) continue;
                if (after.containsKey(name) && !isOmitted(schema, name, after.get(name))) continue;
                field(name, e.getValue(), absent(newMap, schema, name), schema);
            }
        }

        /** What a field means that one version lacks; only versions that have the map itself imply its fields. */
        private static Object absent(Object map, Schema schema, String name) {
            return map instanceof Map ? ImpliedFields.of(schema, name, ABSENT) : ABSENT;
        }

        private void field(String name, Object before, Object after, Schema schema) {
            if (before instanceof String s && s.equals(after)) return;
            path.enterField(name);
            value(before, after, Shapes.field(schema, name));
            path.leave();
        }

        /** Compares item by item; false if items have no identity, so that the list counts as a whole. */
        private boolean lists(List<?> before, List<?> after, Schema schema) {
            if (Trees.deepEquals(before, after)) return true;
            Map<String, List<Object>> left = index(before, schema);
            Map<String, List<Object>> right = index(after, schema);
            if (left == null || right == null) {
                readable = false;
                return false;
            }
            left.forEach((element, items) -> items(element, items, right.getOrDefault(element, List.of()), schema));
            right.forEach((element, items) -> {
                if (!left.containsKey(element)) items(element, List.of(), items, schema);
            });
            return true;
        }

        private void items(String element, List<Object> before, List<Object> after, Schema list) {
            path.enterItem(element);
            boolean manyBefore = before.size() > 1;
            boolean manyAfter = after.size() > 1;
            if (manyBefore && manyAfter) {
                if (!Trees.deepEquals(before, after)) modified.add();
            } else if (manyBefore) {
                if (!after.isEmpty()) value(ABSENT, after.getFirst(), list.items());
                removed.add();
            } else if (manyAfter) {
                if (!before.isEmpty()) value(before.getFirst(), ABSENT, list.items());
                added.add();
            } else {
                Object old = before.isEmpty() ? ABSENT : before.getFirst();
                value(old, after.isEmpty() ? ABSENT : after.getFirst(), list.items());
            }
            path.leave();
        }

        private static Map<String, List<Object>> index(List<?> list, Schema schema) {
            Map<String, List<Object>> index = LinkedHashMap.newLinkedHashMap(list.size());
            for (Object item : list) {
                String element = PathElements.item(schema, item);
                if (element == null) return null;
                List<Object> known = index.get(element);
                if (known == null) {
                    index.put(element, List.<Object>of(item));
                } else if (known instanceof ArrayList) {
                    known.add(item);
                } else {
                    List<Object> more = new ArrayList<>(known);
                    more.add(item);
                    index.put(element, more);
                }
            }
            return index;
        }
    }
}
