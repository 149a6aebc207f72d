package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.schema.Descriptions;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Puts documents together. */
final class DocumentBuilder {
    private static final String ANY_OBJECT = "io.k8s.api.core.v1.ConfigMap"; // its common fields read like any kind's
    private static final String ANY_LIST = "io.k8s.api.core.v1.ConfigMapList";
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private DocumentBuilder() {}

    static Map<String, Object> third(List<ApiKind> kinds, String serverVersion) {
        Map<String, Object> paths = new TreeMap<>();
        Map<String, Object> schemas = render(kinds, true, paths);
        Map<String, Object> bearer = Node.of(
                "type",
                "apiKey",
                "description",
                "Bearer Token authentication",
                "name",
                "authorization",
                "in",
                "header");
        return Node.of(
                "openapi",
                "3.0.0",
                "info",
                info(serverVersion),
                "paths",
                paths,
                "components",
                Node.of("schemas", schemas, "securitySchemes", Node.of("BearerToken", bearer)));
    }

    static Map<String, Object> second(List<ApiKind> kinds, String serverVersion) {
        Map<String, Object> paths = new TreeMap<>();
        Map<String, Object> schemas = render(kinds, false, paths);
        Map<String, Object> bearer = Node.of(
                "description",
                "Bearer Token authentication",
                "type",
                "apiKey",
                "name",
                "authorization",
                "in",
                "header");
        return Node.of(
                "swagger",
                "2.0",
                "info",
                info(serverVersion),
                "paths",
                paths,
                "definitions",
                schemas,
                "securityDefinitions",
                Node.of("BearerToken", bearer),
                "security",
                List.of(Node.of("BearerToken", new ArrayList<>())));
    }

    /** The API's version is the server's without its last number. */
    private static Map<String, Object> info(String serverVersion) {
        String version = serverVersion.replaceFirst("^v?(\\d+\\.\\d+).*", "$1");
        return Node.of("title", "Kubernetes", "version", version);
    }

    private static Map<String, Object> render(List<ApiKind> kinds, boolean third, Map<String, Object> paths) {
        SchemaRenderer schemas = new SchemaRenderer(third, Descriptions.load(), kindsByType(kinds));
        PathRenderer renderer = new PathRenderer(third, schemas, paths);
        for (ApiKind kind : kinds) {
            if (kind.tree() != null) custom(kind, schemas, third);
            renderer.add(kind);
        }
        schemas.reference(META + "APIResourceList");
        schemas.reference(META + "WatchEvent");
        return schemas.finish();
    }

    static String typeName(GroupVersionKind gvk) {
        Schema schema = Schemas.kind(gvk);
        return schema == null ? Schemas.typeName(gvk) : schema.typeName();
    }

    /** Kinds that each group version serves belong to all of them; the others to their own. */
    private static Map<String, List<GroupVersionKind>> kindsByType(List<ApiKind> kinds) {
        Map<String, List<GroupVersionKind>> out = new HashMap<>();
        for (ApiKind kind : kinds) {
            ResourceInfo info = kind.info();
            out.put(kind.typeName(), List.of(info.gvk()));
            out.put(
                    kind.listTypeName(),
                    List.of(new GroupVersionKind(info.gvk().group(), info.gvk().version(), info.listKind())));
            for (ResourceInfo.Subresource sub : info.subresources())
                out.putIfAbsent(typeName(sub.gvk()), List.of(sub.gvk()));
        }
        for (String kind : List.of("DeleteOptions", "WatchEvent")) {
            Set<GroupVersionKind> everywhere = new TreeSet<>(
                    Comparator.comparing(GroupVersionKind::group).thenComparing(GroupVersionKind::version));
            everywhere.add(new GroupVersionKind("", "v1", kind));
            for (ApiKind each : kinds) {
                GroupVersionKind gvk = each.info().gvk();
                everywhere.add(new GroupVersionKind(gvk.group(), gvk.version(), kind));
            }
            out.put(META + kind, List.copyOf(everywhere));
        }
        for (String kind : List.of("Status", "APIResourceList"))
            out.put(META + kind, List.of(new GroupVersionKind("", "v1", kind)));
        return out;
    }

    /** A custom kind's schema gets the fields every object has, and a list kind. */
    private static void custom(ApiKind kind, SchemaRenderer schemas, boolean third) {
        Descriptions descriptions = schemas.descriptions();
        GroupVersionKind gvk = kind.info().gvk();
        schemas.put(kind.typeName(), customObject(kind, schemas, third));
        Map<String, Object> items = Node.of(
                "description",
                "List of " + kind.info().gvr().resource()
                        + ". More info:"
                        + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md",
                "type",
                "array",
                "items",
                schemas.reference(kind.typeName()));
        Map<String, Object> list = Node.of(
                "apiVersion",
                text(descriptions.of(ANY_LIST, "apiVersion")),
                "items",
                items,
                "kind",
                text(descriptions.of(ANY_LIST, "kind")),
                "metadata",
                meta(schemas, SchemaRenderer.LIST_META, third));
        GroupVersionKind listKind =
                new GroupVersionKind(gvk.group(), gvk.version(), kind.info().listKind());
        schemas.put(
                kind.listTypeName(),
                Node.of(
                        "description",
                        kind.info().listKind() + " is a list of " + gvk.kind(),
                        "type",
                        "object",
                        "required",
                        List.of("items"),
                        "properties",
                        list,
                        "x-kubernetes-group-version-kind",
                        List.of(SchemaRenderer.extension(listKind))));
    }

    private static Map<String, Object> customObject(ApiKind kind, SchemaRenderer schemas, boolean third) {
        Map<String, Object> tree = new LinkedHashMap<>(CustomSchema.published(kind.tree(), third));
        // Older kubectls refuse unknown fields next to known ones, so they learn of neither.
        boolean known = third || !Trees.isTrue(kind.tree(), "x-kubernetes-preserve-unknown-fields");
        if (known) {
            Descriptions descriptions = schemas.descriptions();
            Map<String, Object> own = new LinkedHashMap<>();
            own.put("apiVersion", text(descriptions.of(ANY_OBJECT, "apiVersion")));
            own.put("kind", text(descriptions.of(ANY_OBJECT, "kind")));
            own.put("metadata", meta(schemas, SchemaRenderer.OBJECT_META, third));
            tree = new EmbeddedObjects(own, third).spelledOut(tree);
            Map<String, Object> properties = new TreeMap<>(Trees::compareKeys);
            properties.putAll(Trees.map(tree, "properties"));
            properties.putAll(own);
            tree.put("properties", properties);
        }
        tree.put("type", "object");
        tree.put(
                "x-kubernetes-group-version-kind",
                List.of(SchemaRenderer.extension(kind.info().gvk())));
        return tree;
    }

    private static Map<String, Object> text(String description) {
        return Node.of("description", description, "type", "string");
    }

    private static Map<String, Object> meta(SchemaRenderer schemas, String type, boolean third) {
        String about = SchemaRenderer.metadata(type);
        Map<String, Object> reference = schemas.reference(type);
        return third
                ? Node.of("allOf", List.of(reference), "description", about)
                : Node.of("description", about, "$ref", reference.get("$ref"));
    }
}
