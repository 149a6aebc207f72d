package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Merges an apply configuration into an object without an owner: what a mutating admission policy does. */
public final class ApplyConfigurations {
    private ApplyConfigurations() {}

    /** The configuration cannot be merged; the message is upstream's. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * The object with the configuration.
     *
     * @param object a whole object; not changed
     * @param configuration of the same kind; not changed
     * @throws RefusedException if it does not fit the schema, or would replace a list, map or object as a whole although
     *     only some of its fields are meant
     */
    public static Map<String, Object> merge(
            Map<String, Object> object, Map<String, Object> configuration, Schema schema) throws RefusedException {
        String fault = TypeCheck.check(configuration, schema);
        if (fault != null) throw new RefusedException("failed to convert patch object to typed object: " + fault);
        List<String> atomics = new ArrayList<>();
        findAtomics("", configuration, schema, atomics);
        if (!atomics.isEmpty()) {
            throw new RefusedException("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
                    + String.join(", ", atomics));
        }
        return Trees.deepCopy(TypedMerge.merge(object, configuration, schema));
    }

    private static void findAtomics(String path, Object value, Schema schema, List<String> found) {
        if (schema == null) return;
        if (value instanceof Map<?, ?> map) {
            if (Shapes.isAtomic(schema)) found.add(path);
            for (Map.Entry<?, ?> e : map.entrySet()) {
                Schema field = Shapes.field(schema, (String) e.getKey());
                findAtomics(path + "." + e.getKey(), e.getValue(), field, found);
            }
        } else if (value instanceof List<?> list) {
            if (Shapes.isAtomic(schema)) found.add(path);
            for (int i = 0; i < list.size(); i++) findAtomics(path + "[" + i + "]", list.get(i), schema.items(), found);
        }
    }
}
