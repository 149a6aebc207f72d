package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Orders a merged list: items that the patch names come in the patch's order, the others keep the object's order, and
 * the two are woven so that an item stays in front of those it stood in front of before.
 */
final class ElementOrder {
    private ElementOrder() {}

    /**
     * Orders items.
     *
     * @param order items, or maps with only the merge key, in the wanted order
     * @param before the list as the object had it
     * @param mergeKey key field of maps; null for scalars
     */
    static List<Object> arrange(List<?> items, List<?> order, List<?> before, String mergeKey) {
        Map<Object, Integer> wanted = ranks(order, mergeKey);
        Map<Object, Integer> old = ranks(before, mergeKey);
        List<Object> named = new ArrayList<>(items.size());
        List<Object> others = new ArrayList<>(items.size());
        for (Object item : items) {
            requireKey(item, mergeKey);
            (wanted.containsKey(key(item, mergeKey)) ? named : others).add(item);
        }
        return weave(sorted(others, old, mergeKey), sorted(named, wanted, mergeKey), old, mergeKey);
    }

    private static List<Object> weave(
            List<Object> left, List<Object> right, Map<Object, Integer> before, String mergeKey) {
        List<Object> all = new ArrayList<>(left.size() + right.size());
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            boolean takeLeft = j >= right.size();
            if (!takeLeft && i < left.size()) {
                Integer l = before.get(key(left.get(i), mergeKey));
                Integer r = before.get(key(right.get(j), mergeKey));
                takeLeft = l != null && r != null && l < r;
            }
            all.add(takeLeft ? left.get(i++) : right.get(j++));
        }
        return all;
    }

    /** Items in the order of their ranks; those without one go to the front, the last of them first, as upstream. */
    private static List<Object> sorted(List<Object> items, Map<Object, Integer> ranks, String mergeKey) {
        List<Object> ranked = new ArrayList<>(items.size());
        List<Object> unknown = new ArrayList<>(0);
        for (Object item : items) (ranks.containsKey(key(item, mergeKey)) ? ranked : unknown).add(item);
        ranked.sort(Comparator.comparing(item -> ranks.get(key(item, mergeKey))));
        if (unknown.isEmpty()) return ranked;
        List<Object> all = new ArrayList<>(unknown.reversed());
        all.addAll(ranked);
        return all;
    }

    /** The first place of each key in a list. */
    private static Map<Object, Integer> ranks(List<?> list, String mergeKey) {
        Map<Object, Integer> ranks = HashMap.newHashMap(list.size());
        for (int i = 0; i < list.size(); i++) ranks.putIfAbsent(key(list.get(i), mergeKey), i);
        return ranks;
    }

    /** What tells an item from others, fit to be looked up in a hash table: numbers by value. */
    static Object key(Object item, String mergeKey) {
        Object key = mergeKey == null ? item : Trees.get(item, mergeKey);
        return key instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53 ? (Object) d.longValue() : key;
    }

    private static void requireKey(Object item, String mergeKey) {
        if (mergeKey == null) return;
        if (!(item instanceof Map<?, ?> map)) throw StrategicMergePatch.badType("map[string]interface {}", item);
        if (!map.containsKey(mergeKey)) throw StrategicMergePatch.noMergeKey(map, mergeKey);
    }

    /** Refuses an order that contradicts the order of the patch's own list. */
    static void check(List<?> patch, List<?> order, String mergeKey) {
        if (patch == null || patch.isEmpty() || order.isEmpty()) return;
        int at = 0;
        List<Object> relevant = new ArrayList<>(patch.size());
        for (Object item : patch) {
            if (!(item instanceof Map<?, ?> map && map.containsKey(Directives.PATCH))) relevant.add(item);
        }
        for (Object wanted : order) {
            if (at >= relevant.size()) break;
            requireKey(relevant.get(at), mergeKey);
            requireKey(wanted, mergeKey);
            if (Objects.equals(key(relevant.get(at), mergeKey), key(wanted, mergeKey))) at++;
        }
        if (at < relevant.size()) {
            throw StrategicMergePatch.internal("The order in patch list:\n" + GoText.format(patch) + "\n doesn't match "
                    + Directives.ORDER + " list:\n" + GoText.format(order) + "\n");
        }
    }
}
