package io.k8j.apiserver.crd;

import io.k8j.apiserver.resource.CustomRules.ScalePaths;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.List;
import java.util.Map;

/** Checks the values that the scale subresource will read. */
final class ScaleRules {
    private ScaleRules() {}

    /** @param paths null if there is no scale subresource */
    static void check(ScalePaths paths, Map<String, Object> object, List<FieldError> errors) {
        if (paths == null) return;
        number(paths.replicas(), object, errors);
        number(paths.statusReplicas(), object, errors);
    }

    private static void number(String path, Map<String, Object> object, List<FieldError> errors) {
        if (path == null || !path.startsWith(".")) return;
        Object value = Trees.get(object, path.substring(1).split("\\."));
        if (value == null) return;
        if (!(value instanceof Long replicas)) {
            String found = "%s accessor error: %s is of the type %s, expected int64"
                    .formatted(path, GoText.format(value), ConversionWebhook.goType(value));
            errors.add(FieldError.invalid(path, 0L, found));
        } else if (replicas < 0) {
            errors.add(FieldError.invalid(path, replicas, "should be a non-negative integer"));
        } else if (replicas > Integer.MAX_VALUE) {
            errors.add(FieldError.invalid(path, replicas, "should be less than or equal to " + Integer.MAX_VALUE));
        }
    }
}
