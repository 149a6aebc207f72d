package io.k8j.model.apply;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lets kubectl move from its annotation with the last applied configuration to server-side apply, and back. */
final class LastApplied {
    static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

    private static final int ANNOTATIONS_MAX_BYTES = 256 * 1024;

    private LastApplied() {}

    /** Keeps an existing annotation in step with what kubectl now applies. */
    static Map<String, Object> refresh(Map<String, Object> object, Map<String, Object> applied, String manager) {
        String old = Trees.string(object, "metadata", "annotations", ANNOTATION);
        if (!manager.equals("kubectl") || old == null || old.isEmpty()) return object;
        Map<String, Object> bare = Trees.deepCopy(applied);
        Trees.remove(bare, "metadata", "annotations", ANNOTATION);
        String text = new String(Json.writeSorted(bare), StandardCharsets.UTF_8) + "\n";
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(object, "metadata"));
        Map<String, Object> annotations = new LinkedHashMap<>(Trees.map(metadata, "annotations"));
        annotations.put(ANNOTATION, text);
        long size = 0;
        for (Map.Entry<String, Object> e : annotations.entrySet()) {
            size += e.getKey().length() + String.valueOf(e.getValue()).length();
        }
        if (size > ANNOTATIONS_MAX_BYTES) annotations.put(ANNOTATION, "");
        metadata.put("annotations", annotations);
        Map<String, Object> result = new LinkedHashMap<>(object);
        result.put("metadata", metadata);
        return result;
    }

    /** The fields that still are as the annotation says, and so are kubectl's own although another entry has them. */
    static Map<String, Object> allowedConflicts(Map<String, Object> live, Schema schema, String apiVersion) {
        String text = Trees.string(live, "metadata", "annotations", ANNOTATION);
        if (text == null || text.isEmpty()) return FieldSets.EMPTY;
        try {
            Map<String, Object> last = Json.parseObject(text);
            if (!apiVersion.equals(Trees.string(last, "apiVersion")) || TypeCheck.check(last, schema) != null) {
                return FieldSets.EMPTY;
            }
            Comparison comparison = Comparison.of(last, live, schema);
            Map<String, Object> same = FieldSets.difference(AppliedFields.of(last, schema), comparison.changed());
            return FieldSets.difference(same, comparison.removed());
        } catch (JsonException e) {
            return FieldSets.EMPTY; // an annotation that somebody damaged allows nothing
        }
    }
}
