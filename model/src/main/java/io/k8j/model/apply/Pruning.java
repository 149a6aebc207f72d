package io.k8j.model.apply;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Removes from a merged object what its applier applied last time, does not apply any more, and nobody else owns. */
final class Pruning {
    private Pruning() {}

    /**
     * Prunes a merged object.
     *
     * @param last what the applier owned before
     * @param owned what all managers own now, the applier's new set included
     * @return the same map if nothing goes; values that lost their last part are null
     */
    static Map<String, Object> prune(
            Map<String, Object> merged, Map<String, Object> last, Map<String, Object> owned, Schema schema) {
        Map<String, Object> lastNamed = FieldSets.withNamedFields(last, schema);
        Map<String, Object> ownedNamed = FieldSets.withNamedFields(owned, schema);
        if (FieldSets.difference(lastNamed, ownedNamed).isEmpty()) return merged;
        Map<String, Object> all = fields(merged, schema);
        Map<String, Object> bare = remove(merged, lastNamed, schema);
        Map<String, Object> keep = FieldSets.union(fields(bare, schema), ownedNamed);
        Map<String, Object> pruned = remove(merged, FieldSets.difference(all, keep), schema);
        // what went with it but was never applied by this manager comes back
        Map<String, Object> gone = FieldSets.difference(all, fields(pruned, schema));
        return remove(merged, FieldSets.intersection(gone, lastNamed), schema);
    }

    /** Of a whole object what a pruned one still has or somebody owns. */
    static Map<String, Object> keep(
            Map<String, Object> whole, Map<String, Object> pruned, Map<String, Object> owned, Schema schema) {
        Map<String, Object> kept = FieldSets.union(fields(pruned, schema), FieldSets.withNamedFields(owned, schema));
        return remove(whole, FieldSets.difference(fields(whole, schema), kept), schema);
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
