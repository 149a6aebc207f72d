package io.k8j.apiserver.meta;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.time.PlainTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** The part of metadata that belongs to the server. All methods change the metadata they are given. */
public final class SystemFields {
    private SystemFields() {}

    /** The object's metadata, made if it is missing. */
    public static Map<String, Object> metadata(Map<String, Object> object) {
        if (object.get("metadata") instanceof Map<?, ?> m) return Trees.asMap(m);
        Map<String, Object> made = new LinkedHashMap<>();
        object.put("metadata", made);
        return made;
    }

    /** Drops what a client may not choose for a new object. */
    public static void wipe(Map<String, Object> metadata) {
        metadata.remove("creationTimestamp");
        metadata.remove("uid");
        metadata.remove("deletionTimestamp");
        metadata.remove("deletionGracePeriodSeconds");
        metadata.remove("selfLink");
    }

    /** Gives a new object its identity. */
    public static void fill(Map<String, Object> metadata, Instant now) {
        metadata.put("creationTimestamp", time(now));
        metadata.put("uid", UUID.randomUUID().toString());
    }

    /** A time as the API writes it: whole seconds, UTC. */
    public static String time(Instant now) {
        return PlainTime.format(now);
    }

    /**
     * Takes the request's namespace over.
     *
     * @param wanted the request's namespace; empty for cluster resources
     * @throws ApiException 400 if the object names another one
     */
    public static void takeNamespace(Map<String, Object> metadata, String wanted) {
        String own = metadata.get("namespace") instanceof String s ? s : "";
        if (own.equals(wanted)) {
            if (wanted.isEmpty()) metadata.remove("namespace");
            return;
        }
        if (wanted.isEmpty()) {
            metadata.remove("namespace");
        } else if (own.isEmpty()) {
            metadata.put("namespace", wanted);
        } else {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /** Drops repeated owner references and says so. */
    public static void dropRepeatedOwners(
            Map<String, Object> metadata, boolean afterAdmission, Consumer<String> warnings) {
        List<Object> owners = Trees.list(metadata, "ownerReferences");
        if (owners.size() < 2) return;
        List<Object> kept = new ArrayList<>();
        Set<String> repeated = new LinkedHashSet<>();
        for (Object owner : owners) {
            boolean known = kept.stream().anyMatch(other -> Trees.deepEquals(other, owner));
            if (known) repeated.add(String.valueOf(Trees.string(owner, "uid")));
            else kept.add(owner);
        }
        if (repeated.isEmpty()) return;
        metadata.put("ownerReferences", kept);
        warnings.accept(".metadata.ownerReferences contains duplicate entries"
                + (afterAdmission ? " after mutating admission happens" : "")
                + "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24;"
                + " please fix your requests; duplicate UID(s) observed: " + String.join(", ", repeated));
    }
}
