package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Merges lists item by item: maps by their merge key, scalars as sets. */
final class MergeLists {
    private MergeLists() {}

    static List<Object> merge(List<?> original, List<?> patch, PatchSchema.Meta meta, boolean deletes) {
        if (original.isEmpty() && patch.isEmpty()) return Trees.asList(original);
        if (!ofMaps(original, patch)) return deletes ? subtract(original, patch) : scalars(original, patch);
        String mergeKey = meta.mergeKey();
        if (mergeKey == null || mergeKey.isEmpty()) {
            throw StrategicMergePatch.internal(
                    "cannot merge lists without merge key for " + meta.value().kindWord());
        }
        List<Object> old = new ArrayList<>(original);
        List<Object> change = new ArrayList<>(patch.size());
        if (directives(old, patch, change, mergeKey)) {
            List<Object> replaced = new ArrayList<>(change.size());
            for (Object item : change) replaced.add(Directives.clean(item));
            return ElementOrder.arrange(replaced, List.of(), replaced, mergeKey);
        }
        List<Object> merged = maps(old, change, mergeKey, meta.value());
        return ElementOrder.arrange(merged, change, old, mergeKey);
    }

    /** Whether the items are maps; refuses lists of lists and mixed lists. */
    private static boolean ofMaps(List<?> a, List<?> b) {
        Class<?> first = null;
        for (List<?> list : List.of(a, b)) {
            for (Object item : list) {
                Class<?> type = kind(item);
                if (first == null) first = type;
                if (first == List.class) {
                    throw new PatchException(PatchException.Kind.UNPROCESSABLE, "lists of lists are not supported");
                }
                if (first != type) {
                    throw StrategicMergePatch.internal(
                            "list element types are not identical: " + GoText.format(List.of(a, b)));
                }
            }
        }
        return first == Map.class;
    }

    private static Class<?> kind(Object item) {
        return switch (item) {
            case null -> Void.class;
            case Map<?, ?> _ -> Map.class;
            case List<?> _ -> List.class;
            default -> item.getClass();
        };
    }

    /** Carries out the directives among the patch's items; true if the whole list is replaced by the other items. */
    private static boolean directives(List<Object> old, List<?> patch, List<Object> others, String mergeKey) {
        boolean replace = false;
        for (Object item : patch) {
            Map<String, Object> map = Trees.map(item);
            if (!map.containsKey(Directives.PATCH)) {
                others.add(item);
                continue;
            }
            Object directive = map.get(Directives.PATCH);
            switch (directive instanceof String s ? s : "") {
                case "delete" -> {
                    if (!map.containsKey(mergeKey)) throw StrategicMergePatch.noMergeKey(map, mergeKey);
                    Object key = ElementOrder.key(map, mergeKey);
                    old.removeIf(o -> Objects.equals(ElementOrder.key(o, mergeKey), key));
                }
                case "replace" -> replace = true;
                case "merge" ->
                    throw StrategicMergePatch.internal("merging lists cannot yet be specified in the patch");
                default -> throw StrategicMergePatch.unknownDirective(directive, map);
            }
        }
        return replace;
    }

    private static List<Object> maps(List<Object> old, List<Object> change, String mergeKey, PatchSchema schema) {
        List<Object> merged = new ArrayList<>(old);
        Map<Object, Integer> places = new HashMap<>();
        for (int i = 0; i < old.size(); i++) {
            if (Trees.map(old.get(i)).containsKey(mergeKey)) {
                places.putIfAbsent(ElementOrder.key(old.get(i), mergeKey), i);
            }
        }
        for (Object item : change) {
            Map<String, Object> map = Trees.map(item);
            if (!map.containsKey(mergeKey)) throw StrategicMergePatch.noMergeKey(map, mergeKey);
            Integer at = places.putIfAbsent(ElementOrder.key(item, mergeKey), merged.size());
            if (at == null) merged.add(Directives.clean(item));
            else merged.set(at, StrategicMergePatch.mergeMap(Trees.map(merged.get(at)), map, schema));
        }
        return merged;
    }

    private static List<Object> scalars(List<?> original, List<?> patch) {
        Set<Object> both = new LinkedHashSet<>(original);
        both.addAll(patch);
        return ElementOrder.arrange(new ArrayList<>(both), patch, original, null);
    }

    private static List<Object> subtract(List<?> original, List<?> gone) {
        List<Object> rest = new ArrayList<>(original);
        rest.removeIf(new HashSet<>(gone)::contains);
        return rest;
    }
}
