package io.k8j.model.openapi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The query parameters of each kind of request, and the path's words. */
final class Parameters {
    private record Query(String name, String type, String description) {}

    private static final Query PRETTY = new Query(
            "pretty", "string", "If 'true', the output is indented. Web browsers and similar clients get it so.");
    private static final Query DRY_RUN = new Query(
            "dryRun",
            "string",
            "With 'All', the request goes through all steps and nothing is stored. No other value.");
    private static final Query FIELD_MANAGER =
            new Query("fieldManager", "string", "Who makes the change: at most 128 printable characters.");
    private static final Query FIELD_VALIDATION = new Query(
            "fieldValidation",
            "string",
            "What happens to unknown and duplicate fields: 'Ignore' drops them, 'Warn' (standard) drops them with a"
                    + " warning, 'Strict' refuses the request.");
    private static final Query FORCE = new Query(
            "force", "boolean", "Takes over fields that another manager of an apply owns. Apply patches only.");

    private static final List<Query> LIST = List.of(
            PRETTY,
            new Query("allowWatchBookmarks", "boolean", "Asks for events that only carry a resource version."),
            new Query("continue", "string", "The place where the list before this one ended."),
            new Query("fieldSelector", "string", "Restricts the objects by their fields."),
            new Query("labelSelector", "string", "Restricts the objects by their labels."),
            new Query("limit", "integer", "The most objects to return at once."),
            new Query("resourceVersion", "string", "How new the answer must be, or where a watch begins."),
            new Query("resourceVersionMatch", "string", "How resourceVersion is meant: 'Exact' or 'NotOlderThan'."),
            new Query("sendInitialEvents", "boolean", "Starts a watch with the objects there are, then a bookmark."),
            new Query("timeoutSeconds", "integer", "Ends the request after so many seconds."),
            new Query("watch", "boolean", "Streams changes instead of returning a list."));

    private static final List<Query> DELETE = List.of(
            PRETTY,
            DRY_RUN,
            new Query("gracePeriodSeconds", "integer", "Seconds until the object is removed; 0 removes it at once."),
            new Query(
                    "ignoreStoreReadErrorWithClusterBreakingPotential",
                    "boolean",
                    "Deletes an object that can not be read any more, without its finalizers."),
            new Query("orphanDependents", "boolean", "Deprecated: use propagationPolicy."),
            new Query("propagationPolicy", "string", "What becomes of dependents: Orphan, Background or Foreground."));

    private static final Map<String, List<Query>> BY_VERB = Map.of(
            "get", List.of(PRETTY),
            "list", LIST,
            "create", List.of(PRETTY, DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION),
            "update", List.of(PRETTY, DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION),
            "patch", List.of(PRETTY, DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION, FORCE),
            "delete", DELETE,
            "deletecollection", deleteCollection());

    private Parameters() {}

    private static List<Query> deleteCollection() {
        List<Query> all = new ArrayList<>(DELETE);
        for (Query query : LIST)
            if (!query.name().equals("pretty")
                    && !query.name().equals("watch")
                    && !query.name().equals("allowWatchBookmarks")) all.add(query);
        return List.copyOf(all);
    }

    static List<Object> query(String verb, boolean third) {
        List<Object> out = new ArrayList<>();
        for (Query query : BY_VERB.getOrDefault(verb, List.of()))
            out.add(parameter(query.name(), "query", query.type(), query.description(), third));
        return out;
    }

    static List<Object> path(boolean namespace, boolean name, boolean rest, boolean third) {
        List<Object> out = new ArrayList<>();
        if (name) out.add(parameter("name", "path", "string", "name of the object", third));
        if (namespace) out.add(parameter("namespace", "path", "string", "namespace of the objects", third));
        if (rest) out.add(parameter("path", "path", "string", "path behind the proxy", third));
        return out;
    }

    private static Map<String, Object> parameter(String name, String in, String type, String about, boolean third) {
        Map<String, Object> out = Node.of("name", name, "in", in, "description", about);
        if (in.equals("path")) out.put("required", true);
        if (third) out.put("schema", Node.of("type", type, "uniqueItems", true));
        else {
            out.put("type", type);
            out.put("uniqueItems", true);
        }
        return out;
    }
}
