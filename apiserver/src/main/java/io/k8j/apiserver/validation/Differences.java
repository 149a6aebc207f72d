package io.k8j.apiserver.validation;

import io.k8j.model.json.GivenEmpty;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares trees as upstream's semantic equality does, and shows how they differ. */
final class Differences {
    private Differences() {}

    /** Whether two trees mean the same: an empty list equals an absent one, and so does a map that was sent so. */
    static boolean same(Object a, Object b) {
        if (isNothing(a) && isNothing(b)) {
            return true;
        }
        if (a instanceof Map<?, ?> m && b instanceof Map<?, ?> n) {
            Set<Object> keys = new HashSet<>(m.keySet());
            keys.addAll(n.keySet());
            return keys.stream().allMatch(k -> same(m.get(k), n.get(k)));
        }
        if (a instanceof List<?> l && b instanceof List<?> k) {
            if (l.size() != k.size()) {
                return false;
            }
            for (int i = 0; i < l.size(); i++) {
                if (!same(l.get(i), k.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return Trees.deepEquals(a, b);
    }

    private static boolean isNothing(Object value) {
        return value == null || GivenEmpty.is(value) || value instanceof List<?> l && l.isEmpty();
    }

    /**
     * A unified diff of both trees' indented JSON, with three lines around each change.
     *
     * @param type upstream's name of what they are, see {@link InternalForm}
     */
    static String show(String type, Object before, Object after) {
        return UnifiedDiff.of(lines(InternalForm.of(type, before)), lines(InternalForm.of(type, after)));
    }

    private static List<String> lines(Object tree) {
        List<String> out = new ArrayList<>();
        print(tree, "", "", "", out);
        return out;
    }

    private static void print(Object tree, String indent, String head, String tail, List<String> out) {
        if (tree instanceof Map<?, ?> map && !map.isEmpty()) {
            out.add(indent + head + "{");
            int left = map.size();
            for (Map.Entry<?, ?> e : map.entrySet()) {
                String name = leaf(String.valueOf(e.getKey())) + ": ";
                print(e.getValue(), indent + " ", name, --left > 0 ? "," : "", out);
            }
            out.add(indent + "}" + tail);
        } else if (tree instanceof List<?> list && !list.isEmpty()) {
            out.add(indent + head + "[");
            for (int i = 0; i < list.size(); i++) {
                print(list.get(i), indent + " ", "", i < list.size() - 1 ? "," : "", out);
            }
            out.add(indent + "]" + tail);
        } else {
            out.add(indent + head + leaf(tree) + tail);
        }
    }

    /** Go's JSON keeps browsers from seeing markup. */
    private static String leaf(Object value) {
        String text = Json.writeString(value);
        if (!(value instanceof String)) return text;
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }
}
