package io.k8j.model.patch;

import static io.k8j.model.patch.Directives.NOTHING;

import io.k8j.model.json.Trees;
import io.k8j.model.patch.PatchException.Kind;
import io.k8j.model.schema.Schema;
import io.k8j.model.validation.GoText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies strategic merge patches: like merge patches, but lists that the schema gives a merge strategy are merged item
 * by item, and directives can delete, replace, reorder and drop.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/">Patches</a>
 */
@SuppressWarnings("ReferenceEquality") // the same map says "unchanged"
public final class StrategicMergePatch {
    static final String BAD_RETAIN_KEYS = "invalid patch format of retainKeys";
    static final String BAD_PRIMITIVE_LIST = "invalid patch format of primitive list";
    static final String BAD_ORDER = "invalid patch format of setElementOrder list";

    private StrategicMergePatch() {}

    /**
     * Merges a patch into an object. Changes neither; the result may share parts with both.
     *
     * @param schema of the object
     * @throws PatchException with upstream's words if the patch does not fit the object, the schema or the grammar of
     *     directives
     */
    public static Map<String, Object> apply(Map<String, Object> original, Map<String, Object> patch, Schema schema) {
        return mergeMap(original, patch, new PatchSchema(schema));
    }

    /** A patch as messages show it afterwards, when the directives that steer a map as a whole are done with. */
    public static Object withoutDirectives(Object patch) {
        if (!(patch instanceof Map<?, ?> map)) return patch;
        boolean deletes = "delete".equals(map.get(Directives.PATCH));
        Map<String, Object> rest = new LinkedHashMap<>();
        Trees.asMap(map).forEach((key, value) -> {
            if (key.equals(Directives.RETAIN_KEYS) || key.equals(Directives.PATCH) && !deletes) return;
            boolean ordered = map.containsKey(Directives.ORDER + "/" + key);
            if (!ordered && !key.startsWith(Directives.ORDER)) rest.put(key, withoutDirectives(value));
        });
        return rest;
    }

    static Map<String, Object> mergeMap(Map<String, Object> original, Map<String, Object> patch, PatchSchema schema) {
        if (patch.containsKey(Directives.PATCH)) return replaceOrDelete(patch);
        Map<String, Object> result = new LinkedHashMap<>(original);
        Map<String, Object> rest = new LinkedHashMap<>(patch);
        retainKeys(result, rest);
        for (String key : patch.keySet()) {
            if (key.startsWith(Directives.ORDER)) orderedList(result, rest, key, schema);
        }
        rest.forEach((key, value) -> mergeField(result, key, value, schema));
        return result;
    }

    private static Map<String, Object> replaceOrDelete(Map<String, Object> patch) {
        Object directive = patch.get(Directives.PATCH);
        if ("delete".equals(directive)) return new LinkedHashMap<>();
        if (!"replace".equals(directive)) throw unknownDirective(directive, patch);
        Map<String, Object> rest = new LinkedHashMap<>(patch);
        rest.remove(Directives.PATCH);
        return Trees.asMap((Map<?, ?>) Directives.clean(rest));
    }

    static PatchException unknownDirective(Object directive, Map<String, Object> patch) {
        return internal("unknown patch type: " + GoText.format(directive) + " in map: " + GoText.format(patch));
    }

    /** Drops all fields that the directive does not list, as fields of a union must go when another one comes. */
    private static void retainKeys(Map<String, Object> result, Map<String, Object> patch) {
        if (!patch.containsKey(Directives.RETAIN_KEYS)) return;
        if (!(patch.remove(Directives.RETAIN_KEYS) instanceof List<?> kept)) throw bad(BAD_RETAIN_KEYS);
        for (Map.Entry<String, Object> e : patch.entrySet()) {
            if (e.getValue() == null || Directives.isDirective(e.getKey())) continue;
            if (!kept.contains(e.getKey())) throw bad(BAD_RETAIN_KEYS);
        }
        result.keySet().removeIf(key -> !kept.contains(key));
    }

    private static void mergeField(Map<String, Object> result, String patchKey, Object value, PatchSchema schema) {
        boolean deletes = patchKey.startsWith(Directives.DELETE_FROM);
        String key = deletes ? Directives.field(patchKey, Directives.DELETE_FROM, BAD_PRIMITIVE_LIST) : patchKey;
        if (value == null) {
            result.remove(key);
            return;
        }
        Object old = result.get(key);
        if (old instanceof Map<?, ?> oldMap && value instanceof Map<?, ?> patchMap) {
            PatchSchema.Meta meta = schema.forMap(key);
            Map<String, Object> patch = Trees.asMap(patchMap);
            boolean replace = meta.strategy().equals("replace");
            result.put(key, replace ? patch : mergeMap(Trees.asMap(oldMap), patch, meta.value()));
        } else if (old instanceof List<?> oldList && value instanceof List<?> patchList) {
            PatchSchema.Meta meta = schema.forList(key);
            boolean merge = meta.merges() || deletes;
            result.put(key, merge ? MergeLists.merge(oldList, patchList, meta, deletes) : patchList);
        } else if (!deletes) {
            Object clean = Directives.clean(value);
            if (clean == NOTHING) result.remove(key);
            else result.put(key, clean);
        }
    }

    /** Merges one list whose order the patch gives, and takes list and directive out of the patch. */
    private static void orderedList(
            Map<String, Object> result, Map<String, Object> patch, String directive, PatchSchema schema) {
        Object order = patch.remove(directive);
        if (!(order instanceof List<?> orderList)) throw badType("[]interface {}", order);
        String key = Directives.field(directive, Directives.ORDER, BAD_ORDER);
        List<?> old = list(result, key);
        List<?> change = list(patch, key);
        PatchSchema.Meta meta = schema.forList(key);
        ElementOrder.check(change, orderList, meta.mergeKey());
        if (old == null && change == null) return;
        List<Object> merged;
        if (change == null) merged = Trees.asList(old);
        else if (old == null) merged = Trees.asList((List<?>) Directives.clean(change));
        else if (meta.merges()) merged = MergeLists.merge(old, change, meta, false);
        else merged = Trees.asList(change);
        result.put(key, ElementOrder.arrange(merged, orderList, old == null ? List.of() : old, meta.mergeKey()));
        patch.remove(key);
    }

    private static List<?> list(Map<String, Object> map, String key) {
        if (!map.containsKey(key)) return null;
        if (map.get(key) instanceof List<?> list) return list;
        throw badType("[]interface {}", map.get(key));
    }

    static PatchException bad(String message) {
        return new PatchException(Kind.BAD_REQUEST, message);
    }

    static PatchException internal(String message) {
        return new PatchException(Kind.INTERNAL, message);
    }

    static PatchException noMergeKey(Map<?, ?> item, String mergeKey) {
        return internal("map: " + GoText.format(item) + " does not contain declared merge key: " + mergeKey);
    }

    static PatchException badType(String expected, Object actual) {
        String word = switch (actual) {
            case null -> "%!s(<nil>)";
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Long _ -> "int64";
            case Number _ -> "float64";
            case List<?> _ -> "[]interface {}";
            default -> "map[string]interface {}";
        };
        return internal("expected a " + expected + ", but received a " + word);
    }
}
