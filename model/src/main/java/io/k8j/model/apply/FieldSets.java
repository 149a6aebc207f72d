package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Set algebra on FieldsV1 trees. No method changes its arguments; results may share parts with them, and are the very
 * same map where nothing changes. The empty map as a whole is the empty set, deeper down it means "this path".
 */
@SuppressWarnings("ReferenceEquality") // the same map says "unchanged"
final class FieldSets {
    static final String SELF = ".";
    static final Map<String, Object> EMPTY = Map.of();

    private FieldSets() {}

    static boolean isMember(Map<String, Object> node) {
        return node.isEmpty() || node.containsKey(SELF);
    }

    static Map<String, Object> child(Map<String, Object> node, String element) {
        return node.get(element) instanceof Map<?, ?> map ? Trees.asMap(map) : null;
    }

    /** Paths that are in one of the two sets. */
    static Map<String, Object> union(Map<String, Object> a, Map<String, Object> b) {
        if (a.isEmpty() || a == b) return b;
        if (b.isEmpty()) return a;
        return unite(a, b);
    }

    private static Map<String, Object> unite(Map<String, Object> a, Map<String, Object> b) {
        Map<String, Object> result = null;
        for (Map.Entry<String, Object> e : b.entrySet()) {
            Map<String, Object> mine = child(a, e.getKey());
            Map<String, Object> theirs = Trees.map(e.getValue());
            Map<String, Object> both;
            if (mine != null && mine.isEmpty() && theirs.isEmpty()) continue;
            if (mine == null) both = theirs;
            else if (mine.isEmpty()) both = withSelf(theirs);
            else if (theirs.isEmpty()) both = withSelf(mine);
            else both = unite(mine, theirs);
            if (both == mine) continue;
            if (result == null) result = new LinkedHashMap<>(a);
            result.put(e.getKey(), both);
        }
        return result == null ? a : result;
    }

    private static Map<String, Object> withSelf(Map<String, Object> node) {
        if (isMember(node)) return node;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put(SELF, EMPTY);
        result.putAll(node);
        return result;
    }

    /** Paths of the first set that are not in the second. */
    static Map<String, Object> difference(Map<String, Object> a, Map<String, Object> b) {
        if (a.isEmpty() || b.isEmpty()) return a;
        return subtract(a, b, false);
    }

    /** Paths of the first set that are neither in the second nor below one of its paths. */
    static Map<String, Object> recursiveDifference(Map<String, Object> a, Map<String, Object> b) {
        if (a.isEmpty() || b.isEmpty()) return a;
        return subtract(a, b, true);
    }

    private static Map<String, Object> subtract(Map<String, Object> a, Map<String, Object> b, boolean below) {
        Map<String, Object> result = null;
        for (Map.Entry<String, Object> e : b.entrySet()) {
            if (e.getKey().equals(SELF)) continue;
            Map<String, Object> mine = child(a, e.getKey());
            if (mine == null) continue;
            Map<String, Object> rest = subtractNode(mine, Trees.map(e.getValue()), below);
            if (rest == mine) continue;
            if (result == null) result = new LinkedHashMap<>(a);
            if (rest == null) result.remove(e.getKey());
            else result.put(e.getKey(), rest);
        }
        return result == null ? a : result;
    }

    /** What is left of a node; null if nothing is. */
    private static Map<String, Object> subtractNode(Map<String, Object> a, Map<String, Object> b, boolean below) {
        boolean drop = isMember(b);
        if (drop && (below || a.isEmpty())) return null;
        Map<String, Object> rest = subtract(a, b, below);
        boolean member = isMember(a);
        if (drop && member) {
            rest = new LinkedHashMap<>(rest);
            rest.remove(SELF);
        }
        if (rest == a) return a;
        boolean children = rest.size() > (rest.containsKey(SELF) ? 1 : 0);
        if (children) return rest;
        return member && !drop ? EMPTY : null;
    }

    /** Paths that are in both sets. */
    static Map<String, Object> intersection(Map<String, Object> a, Map<String, Object> b) {
        return difference(a, difference(a, b));
    }

    /** Adds the paths of all fields that a schema declares and that have paths below them. */
    static Map<String, Object> withNamedFields(Map<String, Object> set, Schema schema) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(set.size());
        for (Map.Entry<String, Object> e : set.entrySet()) {
            String element = e.getKey();
            Map<String, Object> node = Trees.map(e.getValue());
            if (node.isEmpty() || element.equals(SELF)) {
                result.put(element, node);
                continue;
            }
            boolean named = element.startsWith("f:") && schema != null && schema.field(element.substring(2)) != null;
            Map<String, Object> inner = withNamedFields(node, Shapes.below(schema, element));
            result.put(element, named ? withSelf(inner) : inner);
        }
        return result;
    }

    /** The set for a schema that has made some values atomic since: who owned a part of one now owns it as a whole. */
    static Map<String, Object> reconciled(Map<String, Object> set, Schema schema) {
        Map<String, Object> result = null;
        for (Map.Entry<String, Object> e : set.entrySet()) {
            Map<String, Object> node = Trees.map(e.getValue());
            if (node.isEmpty()) continue;
            Schema below = Shapes.below(schema, e.getKey());
            if (below == null) continue;
            Map<String, Object> inner = Shapes.isAtomic(below) ? EMPTY : reconciled(node, below);
            if (inner == node) continue;
            if (result == null) result = new LinkedHashMap<>(set);
            result.put(e.getKey(), inner);
        }
        return result == null ? set : result;
    }

    /** The same set with the keys of all maps in upstream's order. */
    static Map<String, Object> sorted(Map<String, Object> set) {
        if (set.isEmpty()) return EMPTY;
        List<String> keys = new ArrayList<>(set.keySet());
        keys.sort(PathElements::compare);
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(keys.size());
        for (String key : keys) result.put(key, sorted(Trees.map(set.get(key))));
        return result;
    }

    /** Checks a set that comes from a client and spells it canonically; null if it is none. */
    static Map<String, Object> decode(Object tree) {
        if (!(tree instanceof Map<?, ?> map)) return null;
        Map<String, Object> result = new TreeMap<>(PathElements::compare);
        for (Map.Entry<String, Object> e : Trees.asMap(map).entrySet()) {
            String element = e.getKey().equals(SELF) ? SELF : PathElements.canonical(e.getKey());
            Map<String, Object> node = element == null ? null : decode(e.getValue());
            if (node == null) return null;
            result.put(element, node);
        }
        return new LinkedHashMap<>(result);
    }

    /** Reads a whole set of an entry; null if it is none. A trusted one is taken as it is. */
    static Map<String, Object> decodeRoot(Object tree, boolean trusted) {
        if (trusted && tree instanceof Map<?, ?> map && !map.containsKey(SELF)) return Trees.asMap(map);
        Map<String, Object> set = decode(tree);
        if (set != null) set.remove(SELF);
        return set;
    }

    /** All paths as messages show them; per level those of the level first, as upstream. */
    static List<String> paths(Map<String, Object> set) {
        List<String> found = new ArrayList<>();
        collect(sorted(set), "", found);
        return found;
    }

    private static void collect(Map<String, Object> node, String prefix, List<String> found) {
        for (Map.Entry<String, Object> e : node.entrySet()) {
            if (!e.getKey().equals(SELF) && isMember(Trees.map(e.getValue()))) {
                found.add(prefix + PathElements.print(e.getKey()));
            }
        }
        for (Map.Entry<String, Object> e : node.entrySet()) {
            Map<String, Object> inner = Trees.map(e.getValue());
            if (!e.getKey().equals(SELF) && !inner.isEmpty()) {
                collect(inner, prefix + PathElements.print(e.getKey()), found);
            }
        }
    }

    /** The set of the given dotted field paths. */
    static Map<String, Object> of(String... paths) {
        Map<String, Object> set = EMPTY;
        for (String path : paths) {
            Map<String, Object> one = EMPTY;
            for (String name : List.of(path.split("\\.")).reversed()) one = Map.of(PathElements.field(name), one);
            set = union(set, one);
        }
        return set;
    }
}
