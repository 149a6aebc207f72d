package io.k8j.apiserver.resource;

import java.util.LinkedHashMap;
import java.util.Map;

/** events.k8s.io/v1 names some fields of the core group's Event anew; core v1 is stored. */
final class EventConverter implements VersionConverter {
    /** events.k8s.io name to core name. */
    private static final Map<String, String> NAMES = Map.of(
            "regarding", "involvedObject",
            "note", "message",
            "deprecatedSource", "source",
            "deprecatedFirstTimestamp", "firstTimestamp",
            "deprecatedLastTimestamp", "lastTimestamp",
            "deprecatedCount", "count",
            "reportingController", "reportingComponent");

    private static final Map<String, String> BACK = reversed();

    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        Map<String, Object> core = renamed(object, NAMES, "v1");
        core.putIfAbsent("involvedObject", new LinkedHashMap<>());
        return core;
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        return renamed(object, BACK, "events.k8s.io/v1");
    }

    private static Map<String, Object> renamed(Map<String, Object> object, Map<String, String> names, String version) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(object.size());
        object.forEach((key, value) -> out.put(names.getOrDefault(key, key), value));
        out.put("apiVersion", version);
        return out;
    }

    private static Map<String, String> reversed() {
        Map<String, String> back = new LinkedHashMap<>();
        NAMES.forEach((key, value) -> back.put(value, key));
        return back;
    }
}
