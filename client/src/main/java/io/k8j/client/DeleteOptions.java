package io.k8j.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to delete. A null member leaves the choice to the server.
 *
 * @param gracePeriodSeconds seconds until a Pod is killed; 0 removes at once
 * @param propagationPolicy {@code Background}, {@code Foreground} or {@code Orphan}
 * @param uid the deletion is refused with 409 if the object has another uid
 * @param resourceVersion the deletion is refused with 409 if the object has another version
 */
public record DeleteOptions(Long gracePeriodSeconds, String propagationPolicy, String uid, String resourceVersion) {
    public static final DeleteOptions DEFAULT = new DeleteOptions(null, null, null, null);

    public static DeleteOptions ofUid(String uid) {
        return new DeleteOptions(null, null, uid, null);
    }

    public DeleteOptions gracePeriod(long seconds) {
        return new DeleteOptions(seconds, propagationPolicy, uid, resourceVersion);
    }

    public DeleteOptions propagation(String policy) {
        return new DeleteOptions(gracePeriodSeconds, policy, uid, resourceVersion);
    }

    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", "DeleteOptions");
        body.put("apiVersion", "v1");
        if (gracePeriodSeconds != null) {
            body.put("gracePeriodSeconds", gracePeriodSeconds);
        }
        if (propagationPolicy != null) {
            body.put("propagationPolicy", propagationPolicy);
        }
        Map<String, Object> preconditions = new LinkedHashMap<>();
        if (uid != null) {
            preconditions.put("uid", uid);
        }
        if (resourceVersion != null) {
            preconditions.put("resourceVersion", resourceVersion);
        }
        if (!preconditions.isEmpty()) {
            body.put("preconditions", preconditions);
        }
        return body;
    }
}
