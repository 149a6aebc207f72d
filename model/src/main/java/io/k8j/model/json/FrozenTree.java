package io.k8j.model.json;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An object of a tree that many trees share: nobody can change it or what is in it, and it is encoded once, after which
 * {@link Json#write} copies its bytes. A copy by {@link Trees#deepCopy} can be changed. Safe for all threads.
 */
public class FrozenTree extends AbstractMap<String, Object> {
    private final Map<String, Object> content;
    private final byte[] json;

    /** Takes a copy. */
    public FrozenTree(Map<String, Object> tree) {
        this.content = frozen(tree);
        this.json = Json.write(content);
    }

    private static Map<String, Object> frozen(Map<String, Object> tree) {
        Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(tree.size());
        tree.forEach((key, value) -> copy.put(key, frozen(value)));
        return Collections.unmodifiableMap(copy);
    }

    private static Object frozen(Object value) {
        if (value instanceof Map<?, ?> map) return frozen(Trees.asMap(map));
        if (!(value instanceof List<?> list)) return value;
        List<Object> copy = new ArrayList<>(list.size());
        for (Object item : list) copy.add(frozen(item));
        return Collections.unmodifiableList(copy);
    }

    /** How {@link Json#write} writes it; must not be changed. */
    final byte[] json() {
        return json;
    }

    @Override
    public Object get(Object key) {
        return content.get(key);
    }

    @Override
    public boolean containsKey(Object key) {
        return content.containsKey(key);
    }

    @Override
    public int size() {
        return content.size();
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return content.entrySet();
    }
}
