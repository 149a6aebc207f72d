package io.k8j.model.apply;

import java.util.List;
import java.util.Map;

/** What came of an apply. */
public sealed interface ApplyResult {
    /**
     * The apply went through.
     *
     * @param object the merged object with its new managed fields, not defaulted yet; to be stored
     * @param changed whether anything but the managed fields differs from the live object
     */
    record Applied(Map<String, Object> object, boolean changed) implements ApplyResult {}

    /**
     * Other managers own fields that the apply would change; nothing is to be stored. Upstream's 409, reason Conflict.
     *
     * @param message upstream's sentence, which names all conflicts
     * @param causes one for each field
     */
    record Conflicts(String message, List<Cause> causes) implements ApplyResult {}

    /**
     * One conflict.
     *
     * @param message {@code conflict with "kubectl" using apps/v1}
     * @param field path such as {@code .spec.replicas}
     */
    record Cause(String message, String field) {
        /** The reason upstream gives each cause. */
        public String reason() {
            return "FieldManagerConflict";
        }
    }

    /**
     * The applied tree is unacceptable; nothing is to be stored.
     *
     * @param code upstream's HTTP status: 400 with reason BadRequest, or 500 without one
     * @param message upstream's sentence
     */
    record Rejected(int code, String message) implements ApplyResult {}
}
