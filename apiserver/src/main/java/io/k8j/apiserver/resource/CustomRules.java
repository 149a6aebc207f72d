package io.k8j.apiserver.resource;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a custom resource's definition asks of its objects in one version. Stateless; safe for all threads. */
public interface CustomRules {
    /** Removes unknown fields and lists them as {@code unknown field "spec.x"}. */
    List<String> prune(Map<String, Object> object);

    /** Fills defaults in place. */
    void fillDefaults(Map<String, Object> object);

    /**
     * Everything wrong by the schema.
     *
     * @param old null on create
     * @param warnings takes what is wrong but was so before and has not been touched
     */
    List<FieldError> validate(Map<String, Object> object, Map<String, Object> old, Consumer<String> warnings);

    /** The {@code openAPIV3Schema}; not to be changed. */
    Map<String, Object> source();

    /** Where {@code scale} finds replicas, status replicas and selector, as {@code .spec.replicas}; null if not served. */
    ScalePaths scale();

    /** Paths of the scale subresource; {@code selector} may be null. */
    record ScalePaths(String replicas, String statusReplicas, String selector) {}
}
