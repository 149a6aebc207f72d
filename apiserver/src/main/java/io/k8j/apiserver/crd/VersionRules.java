package io.k8j.apiserver.crd;

import io.k8j.apiserver.resource.CustomRules;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Pruner;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.StrictDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What one version of a definition asks of its objects. */
final class VersionRules implements CustomRules {
    private static final Set<FieldError.Type> BLOCKING = EnumSet.of(
            FieldError.Type.NOT_SUPPORTED,
            FieldError.Type.REQUIRED,
            FieldError.Type.TOO_LONG,
            FieldError.Type.TOO_MANY,
            FieldError.Type.TYPE_INVALID);

    private final Schema schema;
    private final Schema defaults; // the schema as far as it fills absent fields
    private final Map<String, Object> source;
    private final ScalePaths scale;
    private final RuleTree rules; // null if there are none
    private final boolean embedded; // whether there are objects inside the objects
    private final boolean revised;
    private volatile boolean retired;
    private final String deprecation;
    // What an instance is read as; Boolean.TRUE stands for the instance itself, which a value would hold on to.
    private final Map<ApiObject, Object> read = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param source the {@code openAPIV3Schema}
     * @param revised whether the definition has changed since it was made
     * @param deprecation what users are warned of, or null
     */
    VersionRules(Schema schema, Map<String, Object> source, ScalePaths scale, boolean revised, String deprecation) {
        this.deprecation = deprecation;
        this.revised = revised;
        this.schema = schema;
        this.source = source;
        this.scale = scale;
        this.rules = RuleTree.of(source, true);
        this.embedded = EmbeddedObjects.in(source);
        this.defaults = embedded ? StructuralSchema.asWritten(source) : schema;
    }

    Schema schema() {
        return schema;
    }

    @Override
    public List<String> prune(Map<String, Object> object) {
        List<String> problems = new ArrayList<>();
        if (object.containsKey("metadata")) {
            StrictDecoder.Decoded decoded = EmbeddedObjects.decoded(object.get("metadata"));
            object.put("metadata", decoded.object());
            for (String problem : decoded.problems()) {
                problems.add(problem.replace("unknown field \"", "unknown field \"metadata."));
            }
        }
        problems.addAll(Pruner.prune(schema, object));
        dropNulls(schema, object);
        if (embedded) problems.addAll(EmbeddedObjects.coerce(source, object, false));
        return problems;
    }

    /** Makes what was stored under another schema fit this one: what does not fit goes, defaults are filled. In place. */
    void complete(Map<String, Object> stored) {
        fit(stored);
        fillDefaults(stored);
    }

    /** Drops what this schema does not have or what is no metadata. In place. */
    void fit(Map<String, Object> object) {
        if (object.get("metadata") instanceof Map<?, ?> metadata) {
            object.put("metadata", EmbeddedObjects.fitting(Trees.asMap(metadata)));
        }
        Pruner.prune(schema, object);
        dropNulls(schema, object);
        if (embedded) EmbeddedObjects.coerce(source, object, true);
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
        Defaulter.apply(defaults, object);
        if (metadata != null) object.put("metadata", metadata);
        else object.remove("metadata");
        if (embedded) EmbeddedObjects.coerce(source, object, true); // defaults may have what no metadata has
    }

    @Override
    public List<FieldError> validate(Map<String, Object> object, Map<String, Object> old, Consumer<String> warnings) {
        List<FieldError> errors = new ArrayList<>(ValueRules.check(source, object, old));
        ScaleRules.check(scale, object, errors);
        if (embedded) errors.addAll(EmbeddedObjects.check("", source, object, false));
        return completed(errors, object, old, warnings);
    }

    @Override
    public List<FieldError> validateStatus(
            Map<String, Object> object, Map<String, Object> old, Consumer<String> warnings) {
        List<FieldError> errors = new ArrayList<>(ValueRules.checkPart("status", source, object, old));
        ScaleRules.check(scale, object, errors);
        return completed(errors, object, old, warnings);
    }

    private List<FieldError> completed(
            List<FieldError> errors, Map<String, Object> object, Map<String, Object> old, Consumer<String> warnings) {
        // An object that had an item twice before may keep it.
        if (old == null || ListValues.check(source, old).isEmpty()) errors.addAll(ListValues.check(source, object));
        if (rules == null) return errors;
        if (errors.stream().anyMatch(e -> BLOCKING.contains(e.type()))) {
            errors.add(FieldError.invalid(
                    "<nil>",
                    null,
                    "some validation rules were not checked because the object was invalid; correct the existing errors"
                            + " to complete validation"));
        } else {
            errors.addAll(rules.check("", object, old, warnings));
        }
        return errors;
    }

    @Override
    public String deprecation() {
        return deprecation;
    }

    /** From now on other rules hold. */
    void retire() {
        retired = true;
    }

    @Override
    public boolean isRetired() {
        return retired;
    }

    @Override
    public boolean isRevised() {
        return revised;
    }

    @Override
    public ApiObject read(ApiObject stored, UnaryOperator<ApiObject> reader) {
        Object known = read.get(stored);
        if (known instanceof ApiObject object) return object;
        if (known != null) return stored;
        ApiObject made = reader.apply(stored);
        read.put(stored, made == stored ? Boolean.TRUE : made);
        return made;
    }

    @Override
    public Map<String, Object> source() {
        return source;
    }

    @Override
    public ScalePaths scale() {
        return scale;
    }
}
