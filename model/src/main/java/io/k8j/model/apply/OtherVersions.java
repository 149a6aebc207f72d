package io.k8j.model.apply;

import io.k8j.model.schema.Schema;
import java.util.Map;

/** Shows an object in the versions in which its other managers own fields: each is asked in its own terms. */
@FunctionalInterface
public interface OtherVersions {
    /** For kinds whose versions have the same fields. */
    OtherVersions ALIKE = (apiVersion, object) -> null;

    /**
     * An object in some version.
     *
     * @param object not shared with what it was made of
     * @param schema of that version
     */
    record Form(Map<String, Object> object, Schema schema) {
        /** There is no such version any more: who owned fields in it owns nothing now. */
        public static final Form GONE = new Form(Map.of(), null);
    }

    /**
     * The same object in another version; the argument stays as it is.
     *
     * @return null if fields of that version are those of the version at hand
     */
    Form of(String apiVersion, Map<String, Object> object);
}
