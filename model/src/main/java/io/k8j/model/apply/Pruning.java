package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Removes from a merged object what its applier applied last time, does not apply any more, and nobody else owns. */
final class Pruning {
    private Pruning() {}

    /** Whether the applier lets go of nothing, since somebody still owns all that it owned. */
    static boolean keepsAll(Map<String, Object> last, Map<String, Object> owned, Schema schema) {
        return FieldSets.difference(FieldSets.withNamedFields(last, schema), FieldSets.withNamedFields(owned, schema))
                .isEmpty();
    }

    /** A merged object without all that its applier owned before. */
    static Map<String, Object> bare(Map<String, Object> merged, Map<String, Object> last, Schema schema) {
        return remove(merged, FieldSets.withNamedFields(last, schema), schema);
    }

    /** Of a whole object what a pruned one still has or somebody owns. */
    static Map<String, Object> keep(
            Map<String, Object> whole, Map<String, Object> pruned, Map<String, Object> owned, Schema schema) {
        Map<String, Object> kept = FieldSets.union(fields(pruned, schema), FieldSets.withNamedFields(owned, schema));
        return remove(whole, FieldSets.difference(fields(whole, schema), kept), schema);
    }

    /** Brings back what went along, but was never applied by this applier. */
    static Map<String, Object> onlyOwn(
            Map<String, Object> merged, Map<String, Object> pruned, Map<String, Object> last, Schema schema) {
        Map<String, Object> gone = FieldSets.difference(fields(merged, schema), fields(pruned, schema));
        return remove(merged, FieldSets.intersection(gone, FieldSets.withNamedFields(last, schema)), schema);
    }

    private static Map<String, Object> fields(Map<String, Object> tree, Schema schema) {
        return FieldSets.withNamedFields(AppliedFields.of(tree, schema), schema);
    }

    private static Map<String, Object> remove(Map<String, Object> tree, Map<String, Object> set, Schema schema) {
        if (set.isEmpty()) return tree;
        Object rest = TypedMerge.remove(tree, set, schema);
        return rest instanceof Map<?, ?> map ? Trees.asMap(map) : new LinkedHashMap<>();
    }
}
