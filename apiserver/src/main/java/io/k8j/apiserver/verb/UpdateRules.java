package io.k8j.apiserver.verb;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/** What an update through one path may change and how it is checked. Trees are in the stored version. */
public interface UpdateRules {
    /** Carries over from {@code old} what this path may not change. Changes {@code object}. */
    void prepare(Call call, Map<String, Object> object, Map<String, Object> old);

    /** Everything wrong beside the metadata. */
    List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old);

    /** Warnings for the client. */
    default List<String> warnings(Call call, Map<String, Object> object, Map<String, Object> old) {
        return List.of();
    }

    /** Whether the resource's hook (addresses of a Service) takes part. */
    default boolean usesHook() {
        return false;
    }
}
