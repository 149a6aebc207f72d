package io.k8j.apiserver.verb;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Updates through {@code /status}: everything but status and metadata stays. */
final class StatusRules implements UpdateRules {
    static final StatusRules RULES = new StatusRules();

    @Override
    public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
        Map<String, Object> metadata = SystemFields.metadata(object);
        Object status = object.get("status");
        object.clear();
        object.putAll(old);
        object.remove("status");
        object.put("metadata", call.resource().custom() == null ? metadata : customMetadata(metadata, old));
        if (status != null) object.put("status", status);
        if (call.resource().custom() == null) {
            for (String field : kept(call.storage().strategy().statusMetadata())) keep(metadata, old, field);
        }
        call.storage().strategy().prepareForStatusUpdate(call.context(), object, old);
    }

    // A custom resource's status path changes no metadata but who manages it.
    private static Map<String, Object> customMetadata(Map<String, Object> metadata, Map<String, Object> old) {
        Map<String, Object> kept = Trees.deepCopy(Trees.map(old, "metadata"));
        kept.put("managedFields", metadata.get("managedFields"));
        if (kept.get("managedFields") == null) kept.remove("managedFields");
        kept.put("resourceVersion", metadata.get("resourceVersion"));
        return kept;
    }

    private static List<String> kept(ResourceStrategy.StatusMetadata rule) {
        return switch (rule) {
            case CHANGES -> List.of();
            case LABELS_STAY -> List.of("labels");
            case STAYS ->
                List.of(
                        "deletionTimestamp",
                        "generation",
                        "selfLink",
                        "labels",
                        "annotations",
                        "finalizers",
                        "ownerReferences");
        };
    }

    private static void keep(Map<String, Object> metadata, Map<String, Object> old, String field) {
        Object value = Trees.get(old, "metadata", field);
        if (value == null) metadata.remove(field);
        else metadata.put(field, value);
    }

    @Override
    public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>(0);
        if (call.resource().custom() != null)
            errors.addAll(call.resource().custom().validateStatus(object, old, call.context()::warn));
        errors.addAll(call.storage().strategy().validateStatusUpdate(call.context(), object, old));
        return errors;
    }

    @Override
    public List<String> warnings(Call call, Map<String, Object> object, Map<String, Object> old) {
        return call.storage().strategy().statusWarnings(call.context(), object, old);
    }
}
