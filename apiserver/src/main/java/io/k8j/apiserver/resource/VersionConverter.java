package io.k8j.apiserver.resource;

import io.k8j.model.apply.OtherVersions;
import java.util.List;
import java.util.Map;

/** Translates objects between a served version and the stored one. Stateless; may change and return its argument. */
public interface VersionConverter {
    /** For versions that are stored as they are. */
    VersionConverter NONE = new VersionConverter() {
        @Override
        public Map<String, Object> toStored(Map<String, Object> object) {
            return object;
        }

        @Override
        public Map<String, Object> fromStored(Map<String, Object> object) {
            return object;
        }
    };

    /** From the served version, apiVersion included. */
    Map<String, Object> toStored(Map<String, Object> object);

    /** To the served version, apiVersion included, with what the stored version's defaults add to a stored object. */
    Map<String, Object> fromStored(Map<String, Object> object);

    /** From whatever version an object says it has to the served one; nothing is added. */
    default Map<String, Object> translate(Map<String, Object> object) {
        return fromStored(object);
    }

    /** Shows objects in the other versions of their kind, for those who own fields in these. */
    default OtherVersions versions() {
        return OtherVersions.ALIKE;
    }

    /** From whatever version an object says it has to another one; nothing is added. */
    default Map<String, Object> to(String apiVersion, Map<String, Object> object) {
        throw new UnsupportedOperationException("convert to " + apiVersion);
    }

    /** All objects of a list to the served version, in their order; somebody outside is asked once for all of them. */
    default List<Map<String, Object>> allFromStored(List<Map<String, Object>> objects) {
        return objects.stream().map(this::fromStored).toList();
    }

    /** Whether a field of the served version may lie elsewhere in the stored object, or be made of others. */
    default boolean movesFields() {
        return false;
    }
}
