package io.k8j.apiserver.crd;

import io.k8j.apiserver.resource.CustomRules;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Pruner;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What one version of a definition asks of its objects. */
final class VersionRules implements CustomRules {
    private static final Schema METADATA = Schemas.type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private final Schema schema;
    private final Map<String, Object> source;
    private final ScalePaths scale;

    /** @param source the {@code openAPIV3Schema} */
    VersionRules(Schema schema, Map<String, Object> source, ScalePaths scale) {
        this.schema = schema;
        this.source = source;
        this.scale = scale;
    }

    @Override
    public List<String> prune(Map<String, Object> object) {
        List<String> problems = new ArrayList<>();
        if (object.get("metadata") instanceof Map<?, ?> metadata) {
            StrictDecoder.Decoded decoded = StrictDecoder.decode(METADATA, Trees.asMap(metadata));
            object.put("metadata", decoded.object());
            for (String problem : decoded.problems()) {
                problems.add(problem.replace("unknown field \"", "unknown field \"metadata."));
            }
        }
        problems.addAll(Pruner.prune(schema, object));
        dropNulls(schema, object);
        return problems;
    }

    // A null where none is allowed counts as absent, so that a default can take its place.
    private static void dropNulls(Schema schema, Map<String, Object> object) {
        Iterator<Map.Entry<String, Object>> entries = object.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Object> entry = entries.next();
            Schema.Field field = schema.field(entry.getKey());
            if (field == null) continue;
            Schema inner = field.schema();
            if (entry.getValue() == null) {
                if (!inner.nullable() && inner.type() != Schema.Type.ANY) entries.remove();
            } else {
                dropNullsIn(inner, entry.getValue());
            }
        }
    }

    private static void dropNullsIn(Schema schema, Object value) {
        if (value instanceof Map<?, ?> map) {
            if (schema.items() == null) dropNulls(schema, Trees.asMap(map));
            else for (Object item : map.values()) dropNullsIn(schema.items(), item);
        } else if (value instanceof List<?> list && schema.items() != null) {
            for (Object item : list) dropNullsIn(schema.items(), item);
        }
    }

    @Override
    public void fillDefaults(Map<String, Object> object) {
        Object metadata = object.remove("metadata");
        Defaulter.apply(schema, object);
        if (metadata != null) object.put("metadata", metadata);
        else object.remove("metadata");
    }

    @Override
    public List<FieldError> validate(Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = ValueRules.check(source, object);
        // What was wrong before and has not been touched may stay.
        if (old != null) {
            errors =
                    errors.stream().filter(e -> touched(e.field(), object, old)).toList();
        }
        return errors.isEmpty() ? ExpressionRules.check(source, object, old) : errors;
    }

    private static boolean touched(String field, Map<String, Object> object, Map<String, Object> old) {
        return !Trees.deepEquals(at(field, object), at(field, old))
                || at(field, object) == null && at(field, old) == null;
    }

    private static Object at(String field, Object tree) {
        Object at = tree;
        for (String step : field.replace("[", ".[").split("\\.")) {
            if (step.isEmpty()) continue;
            if (step.startsWith("[") && step.endsWith("]") && at instanceof List<?> list) {
                int index = Integer.parseInt(step.substring(1, step.length() - 1));
                at = index < list.size() ? list.get(index) : null;
            } else {
                at = at instanceof Map<?, ?> map ? map.get(step) : null;
            }
        }
        return at;
    }

    @Override
    public ScalePaths scale() {
        return scale;
    }
}
