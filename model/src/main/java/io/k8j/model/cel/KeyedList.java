package io.k8j.model.cel;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * A list of {@code x-kubernetes-list-type} set or map as CEL value: compared without regard to order, and joined by its keys.
 * Immutable if its items are.
 */
public final class KeyedList extends AbstractList<Object> implements RandomAccess {
    private final List<Object> items;
    private final List<String> keys;

    /**
     * @param items CEL values, none twice
     * @param keys CEL names of the fields that tell items apart; empty for a set, whose items are told apart as they are
     */
    public KeyedList(List<Object> items, List<String> keys) {
        this.items = items;
        this.keys = List.copyOf(keys);
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }

    private Object key(Object item) {
        if (keys.isEmpty()) return item;
        List<Object> key = new ArrayList<>(keys.size());
        for (String field : keys) key.add(item instanceof Map<?, ?> map ? map.get(field) : null);
        return key;
    }

    /** Items of the other list with a known key take the known one's place in a map, and are left out of a set. */
    KeyedList plus(List<?> others) {
        Map<Object, Object> joined = new LinkedHashMap<>();
        for (Object item : items) joined.put(key(item), item);
        for (Object other : others) joined.put(key(other), other);
        return new KeyedList(new ArrayList<>(joined.values()), keys);
    }

    boolean isEqual(List<?> others, ListSemantics semantics) {
        if (others.size() != size()) return false;
        Map<Object, Object> known = new HashMap<>();
        for (Object item : items) known.put(key(item), item);
        for (Object other : others) {
            Object key = key(other);
            if (!known.containsKey(key)) return false;
            if (!keys.isEmpty() && !semantics.isEqual(known.get(key), other)) return false;
        }
        return true;
    }
}
