package io.k8j.apiserver.spi;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/**
 * The rules of one resource that differ from the common ones. Objects are trees in the storage version, already decoded,
 * defaulted and pruned by schema. Metadata (name grammar, uid, timestamps, generation, managed fields, owner references)
 * is the common handlers' work.
 *
 * <p>Implementations are stateless or thread-safe and do no I/O; what needs other objects is admission's work.
 */
public interface ResourceStrategy {
    /** Resets what a client may not set on create, such as status. Default: removes {@code status} if the resource has that subresource. */
    default void prepareForCreate(RequestContext context, Map<String, Object> object) {}

    /** Everything wrong with a new object, metadata excluded, in upstream's order and words. */
    default List<FieldError> validate(RequestContext context, Map<String, Object> object) {
        return List.of();
    }

    /** Carries over what an update may not change, such as status. */
    default void prepareForUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {}

    /** Everything wrong with an update of the main resource. */
    default List<FieldError> validateUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return List.of();
    }

    /** Everything wrong with an update of {@code status}; the handler has already kept all but status and metadata. */
    default List<FieldError> validateStatusUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return List.of();
    }

    /** Changes a status write before it is validated; default: the spec is the old one. */
    default void prepareForStatusUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {}

    /** What a write of the status may change of an object's metadata. */
    enum StatusMetadata {
        CHANGES,
        LABELS_STAY,
        STAYS
    }

    /** What a write of the status may change of an object's metadata; resources differ in this. */
    default StatusMetadata statusMetadata() {
        return StatusMetadata.CHANGES;
    }

    /** Warnings for create ({@code old} null) or update. */
    default List<String> warnings(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return List.of();
    }

    /** Warnings for a write of the status. */
    default List<String> statusWarnings(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return List.of();
    }

    /** Last touch before storing, such as sorting. */
    default void canonicalize(Map<String, Object> object) {}

    /** Whether {@code metadata.generation} counts changes outside metadata and status. */
    default boolean hasGeneration() {
        return true;
    }

    /** Whether a list or map that is spelled out empty, where there was none, is a change for the generation. */
    default boolean countsEmpty() {
        return false;
    }

    /** Whether a PUT of an absent name creates it. */
    default boolean allowCreateOnUpdate() {
        return false;
    }

    /** Whether an update without resourceVersion is taken as "whatever is there". */
    default boolean allowUnconditionalUpdate() {
        return true;
    }

    /**
     * Grace of a deletion in seconds; 0 removes at once.
     *
     * @param requested what the client asked for; null if nothing
     */
    default long gracePeriodSeconds(Map<String, Object> object, Long requested) {
        return 0;
    }

    /** Propagation when the client asks for none: {@code Background} or {@code Orphan}; null if there is no such thing. */
    default String defaultPropagation() {
        return "Background";
    }

    /** A warning for a deletion that does not say what is to become of dependents; null for none. */
    default String propagationWarning() {
        return null;
    }

    /** The values that field selectors of this resource can ask for, beside metadata.name and metadata.namespace. */
    default Map<String, String> selectableFields(Map<String, Object> object) {
        return Map.of();
    }

    /** Names of the fields that {@link #selectableFields} gives; others are refused with 400. */
    default List<String> selectableFieldNames() {
        return List.of();
    }
}
