package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks conditions of the common form. */
final class ConditionValidation {
    private static final int LONGEST_REASON = 1024;
    private static final int LONGEST_MESSAGE = 32 * 1024;
    private static final String REASON_EXPRESSION = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
    private static final Pattern REASON = Pattern.compile(REASON_EXPRESSION);
    private static final String REASON_WORDS = "a condition reason must start with alphabetic character, optionally "
            + "followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";

    private ConditionValidation() {}

    static void conditions(Findings f, Place conditions) {
        Set<String> types = new HashSet<>();
        for (Place condition : conditions.items()) {
            Place type = condition.field("type");
            if (!types.add(type.text())) f.duplicate(type, type.text());
            f.invalid(type, type.text(), Names.qualifiedName(type.text()));
            Place status = condition.field("status");
            if (!List.of("False", "True", "Unknown").contains(status.text())) {
                f.notSupported(status, status.text(), List.of("False", "True", "Unknown"));
            }
            Place generation = condition.field("observedGeneration");
            if (generation.number(0) < 0) {
                f.invalid(generation, generation.number(0), "must be greater than or equal to zero");
            }
            if (condition.text("lastTransitionTime").isEmpty()) {
                f.required(condition.field("lastTransitionTime"), "must be set");
            }
            reason(f, condition.field("reason"));
            if (condition.text("message").length() > LONGEST_MESSAGE) {
                f.tooLong(condition.field("message"), LONGEST_MESSAGE);
            }
        }
    }

    private static void reason(Findings f, Place reason) {
        if (reason.text().isEmpty()) {
            f.required(reason, "must be set");
            return;
        }
        if (!REASON.matcher(reason.text()).matches()) {
            f.invalid(
                    reason,
                    reason.text(),
                    Names.regex(
                            REASON_WORDS,
                            REASON_EXPRESSION,
                            "my_name",
                            "MY_NAME",
                            "MyName",
                            "ReasonA,ReasonB",
                            "ReasonA:ReasonB"));
        }
        if (reason.text().length() > LONGEST_REASON) f.tooLong(reason, LONGEST_REASON);
    }
}
