package io.k8j.model.openapi;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes small maps in the order of their writing. */
final class Node {
    private Node() {}

    /** Keys and values in turn; a null value leaves its key out. */
    static Map<String, Object> of(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2)
            if (keysAndValues[i + 1] != null) map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        return map;
    }
}
