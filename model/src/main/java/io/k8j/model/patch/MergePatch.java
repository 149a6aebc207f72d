package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies JSON merge patches: maps are merged, null removes, anything else replaces.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7386">RFC 7386</a>
 */
public final class MergePatch {
    private MergePatch() {}

    /**
     * Merges a patch into an object. Changes neither; the result may share parts with both.
     *
     * @throws PatchException of kind BAD_REQUEST if the patch is no map
     */
    public static Map<String, Object> apply(Map<String, Object> original, Object patch) {
        if (!(patch instanceof Map<?, ?> map)) {
            throw new PatchException(PatchException.Kind.BAD_REQUEST, "Invalid JSON Patch");
        }
        return merge(original, Trees.asMap(map));
    }

    private static Map<String, Object> merge(Map<String, Object> original, Map<String, Object> patch) {
        Map<String, Object> result = new LinkedHashMap<>(original);
        for (Map.Entry<String, Object> e : patch.entrySet()) {
            if (e.getValue() == null) {
                result.remove(e.getKey());
            } else if (original.get(e.getKey()) instanceof Map<?, ?> old) {
                Object value = e.getValue() instanceof Map<?, ?> inner
                        ? merge(Trees.asMap(old), Trees.asMap(inner))
                        : e.getValue();
                result.put(e.getKey(), value);
            } else {
                result.put(e.getKey(), withoutNulls(e.getValue()));
            }
        }
        return result;
    }

    /** Upstream's library leaves null members out of what it adds, also within lists. */
    private static Object withoutNulls(Object value) {
        return switch (value) {
            case Map<?, ?> map -> merge(Map.of(), Trees.asMap(map));
            case List<?> list -> {
                List<Object> pruned = new ArrayList<>(list.size());
                list.forEach(item -> pruned.add(withoutNulls(item)));
                yield pruned;
            }
            case null, default -> value;
        };
    }
}
