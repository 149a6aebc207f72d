package io.k8j.model.openapi;

import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes the paths of a resource with the operations that its verbs allow. */
final class PathRenderer {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    /** Subresources that pass bytes through and have no schema. */
    private static final Set<String> CONNECT = Set.of("attach", "exec", "portforward", "proxy");

    private final boolean third;
    private final SchemaRenderer schemas;
    private final Map<String, Object> paths;

    PathRenderer(boolean third, SchemaRenderer schemas, Map<String, Object> paths) {
        this.third = third;
        this.schemas = schemas;
        this.paths = paths;
    }

    /** Where one operation stands. */
    private record Place(ApiKind kind, boolean namespaced, String subresource, GroupVersionKind gvk, String typeName) {}

    void add(ApiKind kind) {
        ResourceInfo info = kind.info();
        String root = root(info.gvk()) + "/";
        String resource = info.gvr().resource();
        Place place = new Place(kind, info.namespaced(), "", info.gvk(), kind.typeName());
        String collection = root + (info.namespaced() ? "namespaces/{namespace}/" : "") + resource;
        List<String> verbs = info.verbs();
        Map<String, Object> operations = new LinkedHashMap<>();
        if (verbs.contains("list")) operations.put("get", operation("list", place));
        if (verbs.contains("create")) operations.put("post", operation("create", place));
        if (verbs.contains("deletecollection")) operations.put("delete", operation("deletecollection", place));
        put(collection, operations, info.namespaced(), false, false);
        if (info.namespaced() && verbs.contains("list")) {
            Place everywhere = new Place(kind, false, "", info.gvk(), kind.typeName());
            put(
                    root + resource,
                    new LinkedHashMap<>(Map.of("get", operation("list", everywhere))),
                    false,
                    false,
                    false);
        }
        objectPath(collection + "/{name}", verbs, place);
        for (ResourceInfo.Subresource sub : info.subresources()) {
            String typeName = sub.gvk().equals(info.gvk()) ? kind.typeName() : DocumentBuilder.typeName(sub.gvk());
            Place below = new Place(kind, info.namespaced(), sub.name(), sub.gvk(), typeName);
            String path = collection + "/{name}/" + sub.name();
            if (CONNECT.contains(sub.name())) connect(path, sub.verbs(), below);
            else objectPath(path, sub.verbs(), below);
        }
    }

    private void objectPath(String path, List<String> verbs, Place place) {
        Map<String, Object> operations = new LinkedHashMap<>();
        if (verbs.contains("get")) operations.put("get", operation("get", place));
        if (verbs.contains("update")) operations.put("put", operation("update", place));
        if (!place.subresource().isEmpty() && verbs.contains("create"))
            operations.put("post", operation("create", place));
        if (verbs.contains("delete")) operations.put("delete", operation("delete", place));
        if (verbs.contains("patch")) operations.put("patch", operation("patch", place));
        put(path, operations, place.namespaced(), true, false);
    }

    private void connect(String path, List<String> verbs, Place place) {
        Map<String, Object> operations = new LinkedHashMap<>();
        Map<String, String> methods =
                Map.of("get", "get", "create", "post", "update", "put", "patch", "patch", "delete", "delete");
        for (String verb : verbs) operations.put(methods.get(verb), connectOperation(methods.get(verb), place, ""));
        put(path, operations, place.namespaced(), true, false);
        if (!place.subresource().equals("proxy")) return;
        Map<String, Object> withPath = new LinkedHashMap<>();
        for (String verb : verbs)
            withPath.put(methods.get(verb), connectOperation(methods.get(verb), place, "WithPath"));
        put(path + "/{path}", withPath, place.namespaced(), true, true);
    }

    private void put(String path, Map<String, Object> operations, boolean namespace, boolean name, boolean rest) {
        if (operations.isEmpty()) return;
        Map<String, Object> item = new LinkedHashMap<>(operations);
        List<Object> parameters = Parameters.path(namespace, name, rest, third);
        if (!parameters.isEmpty()) item.put("parameters", parameters);
        paths.put(path, item);
    }

    static String root(GroupVersionKind gvk) {
        return (gvk.group().isEmpty() ? "/api/" : "/apis/" + gvk.group() + "/") + gvk.version();
    }

    private Map<String, Object> connectOperation(String method, Place place, String suffix) {
        Map<String, Object> out = head("connect", "connect " + method, place, suffix);
        Map<String, Object> text = Node.of("type", "string");
        out.put(
                "responses",
                Node.of(
                        "200",
                        third
                                ? Node.of("description", "OK", "content", Node.of("*/*", Node.of("schema", text)))
                                : Node.of("description", "OK", "schema", text),
                        "401",
                        Node.of("description", "Unauthorized")));
        return finish(out, "connect", place);
    }

    private Map<String, Object> operation(String verb, Place place) {
        String word = switch (verb) {
            case "get" -> "read";
            case "update" -> "replace";
            case "deletecollection" -> "delete";
            default -> verb;
        };
        String action = switch (verb) {
            case "create" -> "post";
            case "update" -> "put";
            default -> verb;
        };
        Map<String, Object> out = head(word, verb, place, "");
        List<Object> parameters = Parameters.query(verb, third);
        Map<String, Object> body = body(verb, place);
        if (!third && body != null) {
            parameters.add(Node.of(
                    "name", "body", "in", "body", "required", verb.startsWith("delete") ? null : true, "schema", body));
            out.put("consumes", MediaTypes.taken(verb, place.kind()));
        }
        out.put("parameters", parameters);
        if (third && body != null) out.put("requestBody", requestBody(verb, body, place.kind()));
        out.put("responses", responses(verb, place));
        return finish(out, action, place);
    }

    private Map<String, Object> head(String word, String verb, Place place, String suffix) {
        return Node.of(
                "tags",
                List.of(tag(place.kind().info().gvk())),
                "description",
                description(verb, place),
                "operationId",
                operationId(word, verb, place) + suffix);
    }

    private Map<String, Object> finish(Map<String, Object> out, String action, Place place) {
        if (!third) {
            out.put("produces", MediaTypes.given(action, place.kind()));
            out.put("schemes", List.of("https"));
        }
        out.put("x-kubernetes-action", action);
        out.put("x-kubernetes-group-version-kind", SchemaRenderer.extension(place.gvk()));
        return out;
    }

    private Map<String, Object> body(String verb, Place place) {
        return switch (verb) {
            case "create", "update" -> schemas.reference(place.typeName());
            case "patch" -> schemas.reference(META + "Patch");
            case "delete", "deletecollection" -> schemas.reference(META + "DeleteOptions");
            default -> null;
        };
    }

    private static Map<String, Object> requestBody(String verb, Map<String, Object> body, ApiKind kind) {
        Map<String, Object> content = new LinkedHashMap<>();
        for (Object type : MediaTypes.taken(verb, kind)) content.put((String) type, Node.of("schema", body));
        return Node.of("content", content, "required", verb.startsWith("delete") ? null : true);
    }

    private Map<String, Object> responses(String verb, Place place) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("200", response("OK", verb, place));
        if (verb.equals("create") || verb.equals("update") || verb.equals("patch"))
            out.put("201", response("Created", verb, place));
        if (verb.equals("create") || verb.equals("delete")) out.put("202", response("Accepted", verb, place));
        out.put("401", Node.of("description", "Unauthorized"));
        return out;
    }

    private Map<String, Object> response(String word, String verb, Place place) {
        Map<String, Object> schema = switch (verb) {
            case "list" -> schemas.reference(place.kind().listTypeName());
            case "delete" ->
                schemas.reference(place.kind().info().returnsDeleted() ? place.typeName() : META + "Status");
            case "deletecollection" -> schemas.reference(META + "Status");
            default -> schemas.reference(place.typeName());
        };
        if (place.subresource().equals("log")) schema = Node.of("type", "string");
        if (!third) return Node.of("description", word, "schema", schema);
        Map<String, Object> content = new LinkedHashMap<>();
        for (Object type : MediaTypes.given(verb, place.kind())) content.put((String) type, Node.of("schema", schema));
        return Node.of("description", word, "content", content);
    }

    private static String description(String verb, Place place) {
        ResourceInfo info = place.kind().info();
        String kind = info.gvk().kind();
        boolean whole = place.subresource().isEmpty();
        String specified = whole ? "the specified " + kind : place.subresource() + " of the specified " + kind;
        String one = article(kind) + kind;
        return switch (verb) {
            case "get" -> "read " + specified;
            case "list" ->
                (info.stored() && !place.kind().custom() ? "list or watch" : "list") + " objects of kind " + kind;
            case "create" -> "create " + (whole ? one : place.subresource() + " of " + one);
            case "update" -> "replace " + specified;
            case "patch" -> "partially update " + specified;
            case "delete" -> "delete " + one;
            case "deletecollection" -> "delete collection of " + kind;
            default ->
                "connect %s requests to %s of %s"
                        .formatted(
                                verb.substring("connect ".length()).toUpperCase(Locale.ROOT),
                                place.subresource(),
                                kind);
        };
    }

    /** None before a plural. */
    private static String article(String kind) {
        if (kind.endsWith("s") && !kind.endsWith("ss")) return "";
        return "AEIOUaeiou".indexOf(kind.charAt(0)) >= 0 ? "an " : "a ";
    }

    /** Such as {@code listAppsV1NamespacedDeployment} or {@code replaceCoreV1NodeStatus}. */
    private static String operationId(String word, String verb, Place place) {
        ResourceInfo info = place.kind().info();
        StringBuilder out = new StringBuilder(word).append(groupVersion(info.gvk()));
        if (verb.equals("deletecollection")) out.append("Collection");
        if (verb.startsWith("connect ")) out.append(capital(verb.substring("connect ".length())));
        if (place.namespaced()) out.append("Namespaced");
        out.append(info.gvk().kind());
        for (String part : place.subresource().split("/")) out.append(capital(part));
        if (info.namespaced() && !place.namespaced()) out.append("ForAllNamespaces");
        return out.toString();
    }

    private static String groupVersion(GroupVersionKind gvk) {
        StringBuilder out = new StringBuilder();
        for (String part : words(gvk.group())) out.append(capital(part));
        return out + capital(gvk.version());
    }

    private static String tag(GroupVersionKind gvk) {
        List<String> words = words(gvk.group());
        StringBuilder out = new StringBuilder(words.getFirst());
        for (String word : words.subList(1, words.size())) out.append(capital(word));
        return out + "_" + gvk.version();
    }

    private static List<String> words(String group) {
        String bare = group.endsWith(".k8s.io") ? group.substring(0, group.length() - ".k8s.io".length()) : group;
        return bare.isEmpty() ? List.of("core") : new ArrayList<>(List.of(bare.split("\\.")));
    }

    private static String capital(String word) {
        return word.isEmpty() ? "" : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
