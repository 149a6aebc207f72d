package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a rule that does not hold becomes: the error its reason asks for, at the place its path names. */
final class RuleErrors {
    private RuleErrors() {}

    static FieldError of(String at, Object value, String detail, Rule rule) {
        String field = at;
        if (!rule.fieldPath().isEmpty()) {
            // Checked when the definition was written.
            String path = rule.fieldPath().startsWith(".") ? rule.fieldPath().substring(1) : rule.fieldPath();
            field = at.isEmpty() ? path : path.startsWith("[") ? at + path : at + "." + path;
        }
        if (field.isEmpty()) field = "<nil>";
        boolean hidden = value instanceof Map || value instanceof List;
        return switch (rule.reason()) {
            case "FieldValueForbidden" -> FieldError.forbidden(field, detail);
            case "FieldValueRequired" -> FieldError.required(field, detail);
            case "FieldValueDuplicate" ->
                hidden
                        ? new FieldError(
                                FieldError.Type.DUPLICATE, field, "Duplicate value") // upstream shows no structures
                        : FieldError.duplicate(field, value);
            default ->
                hidden
                        ? new FieldError(FieldError.Type.INVALID, field, "Invalid value: " + detail)
                        : FieldError.invalid(field, value, detail);
        };
    }

    /** Whether what an expression made can stand in an error. */
    static boolean isMessage(String text) {
        String stripped = text.strip();
        return !stripped.isEmpty()
                && stripped.indexOf('\n') < 0
                && stripped.getBytes(StandardCharsets.UTF_8).length <= Limits.MAX_MESSAGE;
    }
}
