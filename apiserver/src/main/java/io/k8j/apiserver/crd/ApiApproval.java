package io.k8j.apiserver.crd;

import io.k8j.model.cel.functions.GoUrl;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.Map;

/**
 * Whether the community has approved a definition in one of its own groups, by the annotation that says so.
 *
 * @param reason why it is taken so, in upstream's words
 */
record ApiApproval(State state, String annotation, String reason) {
    static final String ANNOTATION = "api-approved.kubernetes.io";
    private static final String SEE = ", see https://github.com/kubernetes/enhancements/pull/1111";

    /** How it stands, with the status and reason of the condition. */
    enum State {
        APPROVED("True", "ApprovedAnnotation"),
        BYPASSED("False", "UnapprovedAnnotation"),
        MISSING("False", "MissingAnnotation"),
        INVALID("False", "InvalidAnnotation");

        private final String status;
        private final String reason;

        State(String status, String reason) {
            this.status = status;
            this.reason = reason;
        }

        String status() {
            return status;
        }

        String reason() {
            return reason;
        }
    }

    /** Whether the group of a definition belongs to the community. */
    static boolean isNeeded(Map<String, Object> definition) {
        String group = "." + Trees.string(definition, "spec", "group");
        return group.endsWith(".k8s.io") || group.endsWith(".kubernetes.io");
    }

    static ApiApproval of(Map<String, Object> definition) {
        String annotation =
                Trees.map(definition, "metadata", "annotations").get(ANNOTATION) instanceof String s ? s : "";
        String quoted = GoText.quote(ANNOTATION);
        if (annotation.isEmpty()) {
            return new ApiApproval(
                    State.MISSING, annotation, "protected groups must have approval annotation " + quoted + SEE);
        }
        if (annotation.startsWith("unapproved")) {
            return new ApiApproval(State.BYPASSED, annotation, "not approved: " + GoText.quote(annotation));
        }
        if (GoUrl.isAbsolute(annotation))
            return new ApiApproval(State.APPROVED, annotation, "approved in " + annotation);
        return new ApiApproval(
                State.INVALID,
                annotation,
                "protected groups must have approval annotation " + quoted
                        + " with either a URL or a reason starting with \"unapproved\"" + SEE);
    }
}
