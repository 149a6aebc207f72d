package io.k8j.model.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads, copies and compares trees. All readers are safe against absent, null and wrongly typed values on the way, for
 * which they give null (or an empty map or list), because trees may come straight from a client.
 */
public final class Trees {
    private Trees() {}

    /** The value at a path of map keys; null if there is none. */
    public static Object get(Object tree, String... path) {
        Object at = tree;
        for (String key : path) {
            if (!(at instanceof Map<?, ?> map)) return null;
            at = map.get(key);
        }
        return at;
    }

    /** The string at a path; null if there is none or it is no string. */
    public static String string(Object tree, String... path) {
        return get(tree, path) instanceof String s ? s : null;
    }

    /** The whole number at a path; null if there is none or it has no exact long value. */
    public static Long integer(Object tree, String... path) {
        return switch (get(tree, path)) {
            case Long n -> n;
            case Integer n -> n.longValue();
            case Double d when d == Math.rint(d) && Math.abs(d) <= 1L << 53 -> d.longValue();
            case null, default -> null;
        };
    }

    /** Whether the value at a path is true. */
    public static boolean isTrue(Object tree, String... path) {
        return Boolean.TRUE.equals(get(tree, path));
    }

    /** The map at a path, not a copy; an empty unmodifiable one if there is none. */
    public static Map<String, Object> map(Object tree, String... path) {
        return get(tree, path) instanceof Map<?, ?> m ? asMap(m) : Map.of();
    }

    /** The list at a path, not a copy; an empty unmodifiable one if there is none. */
    public static List<Object> list(Object tree, String... path) {
        return get(tree, path) instanceof List<?> l ? asList(l) : List.of();
    }

    /** Sets the value at a path, making maps where they are missing or null. Changes {@code tree}. */
    public static void set(Map<String, Object> tree, Object value, String... path) {
        Map<String, Object> at = tree;
        for (int i = 0; i < path.length - 1; i++) {
            if (at.get(path[i]) instanceof Map<?, ?> next) {
                at = asMap(next);
            } else {
                Map<String, Object> made = new LinkedHashMap<>();
                at.put(path[i], made);
                at = made;
            }
        }
        at.put(path[path.length - 1], value);
    }

    /** Removes the value at a path and returns it; null if there is none. Changes {@code tree}. */
    public static Object remove(Map<String, Object> tree, String... path) {
        Object parent = tree;
        for (int i = 0; i < path.length - 1; i++) {
            if (!(parent instanceof Map<?, ?> map)) return null;
            parent = map.get(path[i]);
        }
        return parent instanceof Map<?, ?> map ? map.remove(path[path.length - 1]) : null;
    }

    /** A copy that shares no map and no list with the original. */
    public static Object deepCopy(Object tree) {
        if (GivenEmpty.is(tree)) return GivenEmpty.of(tree instanceof Map ? Map.of() : List.of());
        if (tree instanceof Map<?, ?> map) return deepCopy(asMap(map));
        if (tree instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object item : list) copy.add(deepCopy(item));
            return copy;
        }
        return tree;
    }

    /** A copy that shares no map and no list with the original. */
    public static Map<String, Object> deepCopy(Map<String, Object> tree) {
        Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(tree.size());
        for (Map.Entry<String, Object> e : tree.entrySet()) {
            Object value = e.getValue();
            copy.put(e.getKey(), value instanceof Map || value instanceof List ? deepCopy(value) : value);
        }
        return copy;
    }

    /**
     * Whether two trees say the same. The order of map keys does not matter; numbers are compared by value, so 1 equals
     * 1.0; null differs from an absent key and from an empty map, unless that is {@link GivenEmpty}.
     */
    public static boolean deepEquals(Object a, Object b) {
        return equal(a, b, true);
    }

    /** The same, but what is spelled out empty differs from what is absent. */
    public static boolean identical(Object a, Object b) {
        return equal(a, b, false);
    }

    @SuppressWarnings("ReferenceEquality") // a short cut for shared parts
    private static boolean equal(Object a, Object b, boolean lenient) {
        if (a == b) return true;
        if (a == null || b == null) return lenient && GivenEmpty.is(a == null ? b : a);
        return switch (a) {
            case String s -> s.equals(b);
            case Map<?, ?> m -> b instanceof Map<?, ?> n && equalMaps(m, n, lenient);
            case List<?> l -> b instanceof List<?> k && equalLists(l, k, lenient);
            case Number n -> b instanceof Number k && Numbers.equal(n, k);
            default -> a.equals(b);
        };
    }

    private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b, boolean lenient) {
        if (a.size() != b.size() && !lenient) return false;
        int common = 0;
        for (Map.Entry<?, ?> e : a.entrySet()) {
            Object other = b.get(e.getKey());
            if (other == null && !b.containsKey(e.getKey())) {
                if (!lenient || !GivenEmpty.is(e.getValue())) return false;
                continue;
            }
            if (!equal(e.getValue(), other, lenient)) return false;
            common++;
        }
        if (common == b.size()) return true;
        for (Map.Entry<?, ?> e : b.entrySet()) {
            if (!GivenEmpty.is(e.getValue()) && !a.containsKey(e.getKey())) return false;
        }
        return true;
    }

    private static boolean equalLists(List<?> a, List<?> b, boolean lenient) {
        if (a.size() != b.size()) return false;
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i), lenient)) return false;
        }
        return true;
    }

    /** Orders keys as upstream orders map keys: by their UTF-8 bytes. */
    public static int compareKeys(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x == y) continue;
            boolean plain = !Character.isSurrogate(x) && !Character.isSurrogate(y);
            if (plain || Character.isSurrogate(x) && Character.isSurrogate(y)) return x - y;
            return Character.isSurrogate(x) ? 1 : -1;
        }
        return a.length() - b.length();
    }

    /** Sees a map of a tree as what it is; does not check the keys. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> asMap(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    /** Sees a list of a tree as what it is. */
    @SuppressWarnings("unchecked")
    public static List<Object> asList(List<?> list) {
        return (List<Object>) list;
    }
}
