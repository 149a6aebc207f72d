package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
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
            } else if (e.getValue() instanceof Map<?, ?> inner) {
                Object old = original.get(e.getKey());
                Map<String, Object> base = old instanceof Map<?, ?> m ? Trees.asMap(m) : Map.of();
                result.put(e.getKey(), merge(base, Trees.asMap(inner)));
            } else {
                result.put(e.getKey(), e.getValue());
            }
        }
        return result;
    }
}
