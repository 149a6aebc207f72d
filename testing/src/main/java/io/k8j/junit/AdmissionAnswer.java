package io.k8j.junit;

import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a webhook decides. Immutable. */
public final class AdmissionAnswer {
    private final boolean allowed;
    private final int code;
    private final String message;
    private final Map<String, Object> changed; // null if nothing is changed
    private final List<String> warnings;

    private AdmissionAnswer(
            boolean allowed, int code, String message, Map<String, Object> changed, List<String> warnings) {
        this.allowed = allowed;
        this.code = code;
        this.message = message;
        this.changed = changed;
        this.warnings = List.copyOf(warnings);
    }

    public static AdmissionAnswer allow() {
        return new AdmissionAnswer(true, 200, "", null, List.of());
    }

    /** Refuses with 403 and a reason that the client sees. */
    public static AdmissionAnswer deny(String message) {
        return new AdmissionAnswer(false, 403, message, null, List.of());
    }

    /** Refuses with another code, such as 422. */
    public static AdmissionAnswer deny(int code, String message) {
        return new AdmissionAnswer(false, code, message, null, List.of());
    }

    /**
     * Allows a changed object.
     *
     * @param object a tree or a model object of the whole object as it is to be
     */
    public static AdmissionAnswer change(Object object) {
        return new AdmissionAnswer(true, 200, "", ApiObject.treeOf(object), List.of());
    }

    /** With warnings that clients show. */
    public AdmissionAnswer withWarnings(String... texts) {
        return new AdmissionAnswer(allowed, code, message, changed, List.of(texts));
    }

    Map<String, Object> response(AdmissionRequest request) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("uid", request.uid());
        response.put("allowed", allowed);
        if (!allowed) {
            response.put("status", Map.of("code", (long) code, "message", message));
        }
        if (!warnings.isEmpty()) {
            response.put("warnings", warnings);
        }
        if (changed != null) {
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch", Base64.getEncoder().encodeToString(Json.write(difference(request.object(), changed))));
        }
        return response;
    }

    /** Top-level fields that differ, as one JSON Patch. */
    private static List<Object> difference(Map<String, Object> before, Map<String, Object> after) {
        List<Object> operations = new ArrayList<>();
        Set<String> fields = new LinkedHashSet<>(before.keySet());
        fields.addAll(after.keySet());
        for (String field : fields) {
            Object now = after.get(field);
            if (java.util.Objects.equals(before.get(field), now)) {
                continue;
            }
            Map<String, Object> operation = new LinkedHashMap<>();
            operation.put("op", now == null ? "remove" : before.containsKey(field) ? "replace" : "add");
            operation.put("path", "/" + field.replace("~", "~0").replace("/", "~1"));
            if (now != null) {
                operation.put("value", now);
            }
            operations.add(operation);
        }
        return operations;
    }
}
