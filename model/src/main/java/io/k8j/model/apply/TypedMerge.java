package io.k8j.model.apply;

import io.k8j.model.apply.Shapes.Shape;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Merges an applied tree into a live one: what is applied wins, the rest stays. */
final class TypedMerge {
    private static final Object ABSENT = new Object();

    private TypedMerge() {}

    /** The merged tree; shares parts with both, changes neither. */
    static Map<String, Object> merge(Map<String, Object> live, Map<String, Object> applied, Schema schema) {
        Object merged = value(live, applied, schema);
        return merged instanceof Map<?, ?> map ? Trees.asMap(map) : new LinkedHashMap<>();
    }

    private static Object value(Object live, Object applied, Schema schema) {
        if (applied == ABSENT) return live;
        Shape shape = Shapes.of(schema, applied);
        if (live == ABSENT || shape == Shape.LEAF || Shapes.of(schema, live) != shape) return applied;
        if (shape == Shape.MAP) {
            Map<?, ?> left = Shapes.map(live);
            Map<?, ?> right = Shapes.map(applied);
            return left.isEmpty() && right.isEmpty() ? applied : maps(left, right, schema);
        }
        List<?> left = Shapes.list(live);
        List<?> right = Shapes.list(applied);
        return left.isEmpty() && right.isEmpty() ? applied : lists(left, right, schema);
    }

    private static Object maps(Map<?, ?> live, Map<?, ?> applied, Schema schema) {
        Map<String, Object> out = new LinkedHashMap<>(Trees.asMap(live));
        for (Map.Entry<?, ?> e : applied.entrySet()) {
            String name = (String) e.getKey();
            Object old = live.get(name);
            Object base = old == null && !live.containsKey(name) ? ABSENT : old;
            Object merged = value(base, e.getValue(), Shapes.field(schema, name));
            if (merged == ABSENT) out.remove(name);
            else out.put(name, merged);
        }
        return out;
    }

    /**
     * Weaves two lists. Applied items come in the applied order; live items that are not applied stay behind the item
     * they stood behind.
     */
    private static Object lists(List<?> live, List<?> applied, Schema schema) {
        List<String> left = new ArrayList<>(live.size());
        Map<String, Object> liveItems = LinkedHashMap.newLinkedHashMap(live.size());
        for (Object item : live) {
            String element = PathElements.item(schema, item);
            if (element == null) return applied;
            liveItems.put(element, liveItems.containsKey(element) ? null : item); // a repeated item is replaced whole
            left.add(element);
        }
        List<String> right = new ArrayList<>(applied.size());
        Map<String, Object> appliedItems = LinkedHashMap.newLinkedHashMap(applied.size());
        Deque<String> shared = new ArrayDeque<>();
        for (Object item : applied) {
            String element = PathElements.item(schema, item);
            if (element == null) return applied;
            appliedItems.put(element, item);
            right.add(element);
            if (liveItems.containsKey(element)) shared.add(element);
        }
        List<Object> out = new ArrayList<>(Math.max(left.size(), right.size()));
        Set<String> done = new HashSet<>();
        String next = shared.poll();
        int l = 0;
        int r = 0;
        while (l < left.size() || r < right.size()) {
            if (l < left.size() && r < right.size()) {
                String element = left.get(l);
                if (element.equals(right.get(r))) {
                    done.add(element);
                    out.add(item(liveItems.get(element), appliedItems.get(element), schema));
                    l++;
                    r++;
                    next = shared.poll();
                    continue;
                }
                if (appliedItems.containsKey(element) && next != null && !next.equals(element)) {
                    l++; // applied somewhere else; placed when its turn comes
                    continue;
                }
            }
            if (l < left.size()) {
                String element = left.get(l);
                if (!appliedItems.containsKey(element)) {
                    out.add(live.get(l++));
                    continue;
                }
                if (done.contains(element)) l++;
            }
            if (r < right.size()) {
                String element = right.get(r++);
                done.add(element);
                out.add(item(liveItems.get(element), appliedItems.get(element), schema));
                if (element.equals(next)) next = shared.poll();
            }
        }
        return out;
    }

    private static Object item(Object live, Object applied, Schema list) {
        return value(live == null ? ABSENT : live, applied, list.items());
    }

    /** The tree without the paths of a set; what becomes empty by it is null. Changes nothing. */
    static Object remove(Object tree, Map<String, Object> set, Schema schema) {
        return switch (Shapes.of(schema, tree)) {
            case LEAF -> schema != null && schema.type() != Schema.Type.ANY && isContainer(schema) ? null : tree;
            case MAP -> removeFromMap(tree, set, schema);
            case LIST -> removeFromList(tree, set, schema);
        };
    }

    private static boolean isContainer(Schema schema) {
        return schema.type() == Schema.Type.MAP
                || schema.type() == Schema.Type.OBJECT
                || schema.type() == Schema.Type.LIST;
    }

    private static Object removeFromMap(Object tree, Map<String, Object> set, Schema schema) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Map.Entry<?, ?> e : Shapes.map(tree).entrySet()) {
            String name = (String) e.getKey();
            Map<String, Object> node = FieldSets.child(set, PathElements.field(name));
            if (node == null) out.put(name, e.getValue());
            else if (!FieldSets.isMember(node)) out.put(name, remove(e.getValue(), node, Shapes.field(schema, name)));
        }
        return out.isEmpty() ? null : out;
    }

    private static Object removeFromList(Object tree, Map<String, Object> set, Schema schema) {
        List<Object> out = new ArrayList<>();
        for (Object item : Shapes.list(tree)) {
            String element = PathElements.item(schema, item);
            Map<String, Object> node = element == null ? null : FieldSets.child(set, element);
            if (node == null) out.add(item);
            else if (!FieldSets.isMember(node)) out.add(remove(item, node, schema.items()));
        }
        return out.isEmpty() ? null : out;
    }
}
