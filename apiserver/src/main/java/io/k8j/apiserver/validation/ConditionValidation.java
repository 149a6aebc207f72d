package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks conditions of the form that all newer kinds share. */
public final class ConditionValidation {
    private static final String REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
    private static final String REASON_WORDS = Names.regex(
            "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric"
                    + " characters or '_,:', and must end with an alphanumeric character or '_'",
            REASON,
            "my_name",
            "MY_NAME",
            "MyName",
            "ReasonA,ReasonB",
            "ReasonA:ReasonB");
    private static final int LONGEST_REASON = 1024;
    private static final int LONGEST_MESSAGE = 32 * 1024;

    private ConditionValidation() {}

    public static void check(Findings f, Place conditions) {
        Set<String> types = new HashSet<>();
        for (Place c : conditions.items()) {
            if (!types.add(c.text("type"))) {
                f.duplicate(c.field("type"), c.text("type"));
            }
            condition(f, c);
        }
    }

    private static void condition(Findings f, Place c) {
        f.invalid(c.field("type"), c.text("type"), Names.qualifiedName(c.text("type")));
        Meta.oneOf(f, c.field("status"), List.of("False", "True", "Unknown"));
        if (c.number("observedGeneration") < 0) {
            f.invalid(c.field("observedGeneration"), "must be greater than or equal to zero");
        }
        if (c.field("lastTransitionTime").absent()) {
            f.required(c.field("lastTransitionTime"));
        }
        Place reason = c.field("reason");
        if (reason.text().isEmpty()) {
            f.required(reason);
        } else {
            if (!reason.text().matches(REASON)) {
                f.invalid(reason, reason.text(), REASON_WORDS);
            }
            if (Meta.bytes(reason.text()) > LONGEST_REASON) {
                f.tooLong(reason, LONGEST_REASON);
            }
        }
        if (Meta.bytes(c.text("message")) > LONGEST_MESSAGE) {
            f.tooLong(c.field("message"), LONGEST_MESSAGE);
        }
    }
}
