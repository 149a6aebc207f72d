package io.k8j.apiserver.verb;

import java.util.Map;

/** Who manages which field: keeps {@code metadata.managedFields} and merges applied configurations. */
final class FieldOwnership {
    private FieldOwnership() {}

    /**
     * Records an update in {@code object}, in the request's version.
     *
     * @param live the object before, in the same version; null if there was none
     */
    static void update(Call call, Map<String, Object> live, Map<String, Object> object, String manager) {}

    /**
     * Merges an applied configuration.
     *
     * @param live the object before, in the same version; null if there was none
     * @return the new object with its managed fields
     */
    static Map<String, Object> apply(Call call, Map<String, Object> live, Map<String, Object> applied, Params params) {
        throw new UnsupportedOperationException("apply");
    }
}
