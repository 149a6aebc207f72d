package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The words of a strategic merge patch that steer it and must not get into an object. */
final class Directives {
    static final String PATCH = "$patch";
    static final String RETAIN_KEYS = "$retainKeys";
    static final String DELETE_FROM = "$deleteFromPrimitiveList";
    static final String ORDER = "$setElementOrder";

    private Directives() {}

    /** Stands for a value that a directive removes as a whole. */
    static final Object NOTHING = new Object();

    /** A copy of a value of the patch that goes into the object as new: without directives and nulls in maps. */
    static Object clean(Object value) {
        if (value instanceof Map<?, ?> map) {
            if (map.containsKey(PATCH)) return NOTHING;
            Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
            for (Map.Entry<String, Object> e : Trees.asMap(map).entrySet()) {
                if (e.getValue() == null || isDirective(e.getKey())) continue;
                Object inner = clean(e.getValue());
                if (inner != NOTHING) copy.put(e.getKey(), inner);
            }
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object item : list) {
                Object inner = clean(item);
                if (inner != NOTHING) copy.add(inner);
            }
            return copy;
        }
        return value;
    }

    static boolean isDirective(String key) {
        return key.equals(RETAIN_KEYS) || key.startsWith(DELETE_FROM) || key.startsWith(ORDER);
    }

    /** The field behind the slash of a directive. */
    static String field(String key, String prefix, String error) {
        int slash = key.indexOf('/');
        if (slash != prefix.length()) throw new PatchException(PatchException.Kind.BAD_REQUEST, error);
        return key.substring(slash + 1);
    }
}
