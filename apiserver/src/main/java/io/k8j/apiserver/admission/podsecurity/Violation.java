package io.k8j.apiserver.admission.podsecurity;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule that a Pod breaks.
 *
 * @param reason in few words
 * @param detail who breaks it and how
 */
record Violation(String reason, String detail) {
    /** Only the reasons, for many Pods. */
    static String reasons(List<Violation> violations) {
        return violations.stream().map(Violation::reason).collect(Collectors.joining(", "));
    }

    /** Reasons and details, for one Pod. */
    static String details(List<Violation> violations) {
        return violations.stream()
                .map(v -> v.detail.isEmpty() ? v.reason : v.reason + " (" + v.detail + ")")
                .collect(Collectors.joining(", "));
    }
}
