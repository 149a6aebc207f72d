package io.k8j.apiserver.resource;

import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What a custom resource's definition asks of its objects in one version. Stateless; safe for all threads. */
public interface CustomRules {
    /**
     * Removes unknown fields and lists them as {@code unknown field "spec.x"}.
     *
     * @throws io.k8j.model.schema.WrongTypeException if the metadata of the object, or of one inside it, is none
     */
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

    /** The same for a change of the status, which leaves objects inside the object alone. */
    List<FieldError> validateStatus(Map<String, Object> object, Map<String, Object> old, Consumer<String> warnings);

    /** What users of the version are warned of; null if it is not deprecated. */
    String deprecation();

    /**
     * Whether stored objects may have been written under another schema, an older one or that of another version: then
     * they are pruned and get their defaults when they are read.
     */
    boolean isRevised();

    /** Whether the definition has changed since, so that what follows these rules has to begin anew. */
    boolean isRetired();

    /**
     * A stored object as it is read; kept as long as the stored instance lives.
     *
     * @param reader makes it; it may give the same instance
     */
    ApiObject read(ApiObject stored, UnaryOperator<ApiObject> reader);

    /** The {@code openAPIV3Schema}; not to be changed. */
    Map<String, Object> source();

    /** Where {@code scale} finds replicas, status replicas and selector, as {@code .spec.replicas}; null if not served. */
    ScalePaths scale();

    /** Paths of the scale subresource; {@code selector} may be null. */
    record ScalePaths(String replicas, String statusReplicas, String selector) {}
}
