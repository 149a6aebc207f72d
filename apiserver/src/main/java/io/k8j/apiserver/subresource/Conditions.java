package io.k8j.apiserver.subresource;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.model.json.Trees;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sets conditions in an object's status. */
public final class Conditions {
    private Conditions() {}

    /** Sets one condition; its transition time moves only when its status changes. Changes the object. */
    public static void set(
            Map<String, Object> object, String type, String status, String reason, String message, Instant now) {
        List<Object> conditions = new ArrayList<>(Trees.list(object, "status", "conditions"));
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("type", type);
        made.put("status", status);
        made.put("lastTransitionTime", SystemFields.time(now));
        if (!reason.isEmpty()) made.put("reason", reason);
        if (!message.isEmpty()) made.put("message", message);
        for (int i = 0; i < conditions.size(); i++) {
            Object known = conditions.get(i);
            if (!type.equals(Trees.string(known, "type"))) continue;
            Object since = Trees.get(known, "lastTransitionTime");
            if (status.equals(Trees.string(known, "status")) && since != null) made.put("lastTransitionTime", since);
            conditions.set(i, made);
            Trees.set(object, conditions, "status", "conditions");
            return;
        }
        conditions.add(made);
        Trees.set(object, conditions, "status", "conditions");
    }

    /** Whether a condition has that status. */
    public static boolean is(Map<String, Object> object, String type, String status) {
        for (Object condition : Trees.list(object, "status", "conditions")) {
            if (type.equals(Trees.string(condition, "type"))) return status.equals(Trees.string(condition, "status"));
        }
        return false;
    }
}
