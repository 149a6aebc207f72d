package io.k8j.apiserver.validation;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares trees as upstream's semantic equality does, and shows how they differ. */
final class Differences {
    private static final int CONTEXT = 3;

    private Differences() {}

    /** Whether two trees mean the same: an empty map or list equals an absent one. */
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
        return value == null
                || value instanceof Map<?, ?> m && m.isEmpty()
                || value instanceof List<?> l && l.isEmpty()
                || value instanceof String s && s.isEmpty();
    }

    /** A unified diff of both trees' indented JSON, with three lines around each change. */
    static String show(Object before, Object after) {
        List<String> a = lines(before);
        List<String> b = lines(after);
        List<String> script = new ArrayList<>();
        List<int[]> at = new ArrayList<>();
        align(a, b, script, at);
        return hunks(script, at);
    }

    private static List<String> lines(Object tree) {
        List<String> out = new ArrayList<>();
        print(tree, "", "", "", out);
        return out;
    }

    private static void print(Object tree, String indent, String head, String tail, List<String> out) {
        if (tree instanceof Map<?, ?> map && !map.isEmpty()) {
            out.add(indent + head + "{");
            Map<String, Object> sorted = new TreeMap<>(Trees.asMap(map));
            int left = sorted.size();
            for (Map.Entry<String, Object> e : sorted.entrySet()) {
                print(e.getValue(), indent + " ", "\"" + e.getKey() + "\": ", --left > 0 ? "," : "", out);
            }
            out.add(indent + "}" + tail);
        } else if (tree instanceof List<?> list && !list.isEmpty()) {
            out.add(indent + head + "[");
            for (int i = 0; i < list.size(); i++) {
                print(list.get(i), indent + " ", "", i < list.size() - 1 ? "," : "", out);
            }
            out.add(indent + "]" + tail);
        } else {
            out.add(indent + head + io.k8j.model.json.Json.writeString(tree) + tail);
        }
    }

    /** Longest common subsequence: fills the lines with their sign and both line numbers. */
    private static void align(List<String> a, List<String> b, List<String> script, List<int[]> at) {
        int[][] best = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                best[i][j] =
                        a.get(i).equals(b.get(j)) ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            at.add(new int[] {i, j});
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                script.add(" " + a.get(i++));
                j++;
            } else if (i < a.size() && (j == b.size() || best[i + 1][j] >= best[i][j + 1])) {
                script.add("-" + a.get(i++));
            } else {
                script.add("+" + b.get(j++));
            }
        }
    }

    private static String hunks(List<String> script, List<int[]> at) {
        StringBuilder out = new StringBuilder();
        int next = 0;
        while (next < script.size()) {
            if (script.get(next).charAt(0) == ' ') {
                next++;
                continue;
            }
            int from = Math.max(0, next - CONTEXT);
            int to = next;
            int lastChange = next;
            while (to < script.size() && to - lastChange <= 2 * CONTEXT) {
                if (script.get(to).charAt(0) != ' ') {
                    lastChange = to;
                }
                to++;
            }
            to = Math.min(script.size(), lastChange + CONTEXT + 1);
            List<String> hunk = script.subList(from, to);
            long old = hunk.stream().filter(l -> l.charAt(0) != '+').count();
            long fresh = hunk.stream().filter(l -> l.charAt(0) != '-').count();
            out.append("@@ -%d,%d +%d,%d @@\n".formatted(at.get(from)[0] + 1, old, at.get(from)[1] + 1, fresh));
            hunk.forEach(l -> out.append(l).append('\n'));
            next = to;
        }
        return out.toString();
    }
}
