package io.k8j.apiserver.http;

import io.k8j.apiserver.printer.CustomScale;
import io.k8j.apiserver.printer.Printers;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.Printer;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse.ApiList;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the forms of objects and lists that go over the wire: plain JSON, metadata only, and tables. */
final class ObjectForms {
    private static final GroupVersionKind SCALE = new GroupVersionKind("autoscaling", "v1", "Scale");

    private ObjectForms() {}

    /** The list as an envelope and the objects' own bytes. */
    static Body list(GroupVersionKind listKind, ApiList list, boolean builtIn) {
        return new ListBody(listHead(listKind, list, builtIn), list.items(), builtIn);
    }

    private static byte[] listHead(GroupVersionKind kind, ApiList list, boolean builtIn) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("kind", kind.kind());
        head.put("apiVersion", kind.apiVersion());
        head.put("metadata", wholeMeta(list, builtIn));
        byte[] json = Json.write(head);
        byte[] items = ",\"items\":[".getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[json.length - 1 + items.length];
        System.arraycopy(json, 0, out, 0, json.length - 1);
        System.arraycopy(items, 0, out, json.length - 1, items.length);
        return out;
    }

    private static Map<String, Object> listMeta(ApiList list) {
        Map<String, Object> meta = new LinkedHashMap<>();
        if (list.resourceVersion() != null && !list.resourceVersion().isEmpty()) {
            meta.put("resourceVersion", list.resourceVersion());
        }
        if (list.continueToken() != null && !list.continueToken().isEmpty()) {
            meta.put("continue", list.continueToken());
        }
        if (list.remainingItemCount() != null) {
            meta.put("remainingItemCount", list.remainingItemCount());
        }
        return meta;
    }

    /** Lists of custom resources tell that they do not go on, too. */
    private static Map<String, Object> wholeMeta(ApiList list, boolean builtIn) {
        Map<String, Object> meta = listMeta(list);
        if (!builtIn) meta.putIfAbsent("continue", "");
        return meta;
    }

    /** The whole list as a tree, for YAML and protobuf. */
    static Map<String, Object> listTree(GroupVersionKind kind, ApiList list, boolean builtIn) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind.kind());
        tree.put("apiVersion", kind.apiVersion());
        tree.put("metadata", wholeMeta(list, builtIn));
        List<Object> items = new ArrayList<>(list.items().size());
        for (ApiObject item : list.items()) {
            Map<String, Object> object = Json.parseObject(item.json());
            if (builtIn) {
                object.remove("kind");
                object.remove("apiVersion");
            }
            items.add(object);
        }
        tree.put("items", items);
        return tree;
    }

    /** Kind, apiVersion and metadata of an object. */
    static Map<String, Object> metadata(ApiObject object, String version) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "PartialObjectMetadata");
        tree.put("apiVersion", "meta.k8s.io/" + version);
        tree.put("metadata", bareMetadata(Json.parseObject(object.json())));
        return tree;
    }

    // Upstream makes this annotation only when it writes a whole DaemonSet.
    private static Object bareMetadata(Map<String, Object> object) {
        if ("DaemonSet".equals(object.get("kind")) && "apps/v1".equals(object.get("apiVersion"))) {
            Trees.remove(object, "metadata", "annotations", "deprecated.daemonset.template.generation");
            if (Trees.map(object, "metadata", "annotations").isEmpty()) {
                Trees.remove(object, "metadata", "annotations");
            }
        }
        return object.get("metadata");
    }

    static Map<String, Object> metadataList(ApiList list, String version) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "PartialObjectMetadataList");
        tree.put("apiVersion", "meta.k8s.io/" + version);
        tree.put("metadata", listMeta(list));
        List<ApiObject> items = list.items();
        tree.put(
                "items",
                items.isEmpty()
                        ? null
                        : items.stream().map(o -> metadata(o, version)).toList());
        return tree;
    }

    /** What a table's rows carry of their objects. */
    enum IncludeObject {
        NONE,
        METADATA,
        OBJECT;

        static IncludeObject of(String parameter) {
            return switch (parameter == null ? "" : parameter) {
                case "", "Metadata" -> METADATA;
                case "None" -> NONE;
                case "Object" -> OBJECT;
                default ->
                    throw ApiException.badRequest("Unable to convert to Table as requested: "
                            + FieldError.invalid(
                                    "includeObject", parameter, "must be 'Metadata', 'Object', 'None', or empty"));
            };
        }
    }

    /**
     * A table of objects.
     *
     * @param meta the table's own metadata
     * @param withColumns whether column definitions are given; later events of a watch leave them out
     */
    static Map<String, Object> table(
            ServedResource resource,
            List<ApiObject> objects,
            Map<String, Object> meta,
            String version,
            IncludeObject include,
            boolean withColumns,
            Instant now) {
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("kind", "Table");
        table.put("apiVersion", "meta.k8s.io/" + version);
        table.put("metadata", meta);
        Printer printer = objects.size() == 1 && isScale(objects.getFirst()) ? scale(resource) : resource.printer();
        table.put("columnDefinitions", withColumns ? columns(printer) : null);
        List<Object> rows = new ArrayList<>(objects.size());
        for (ApiObject object : objects) {
            Map<String, Object> tree = Json.parseObject(object.json());
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("cells", printer.cells(printed(resource, tree), now));
            List<Object> conditions = printer.conditions(tree);
            if (!conditions.isEmpty()) row.put("conditions", conditions);
            switch (include == IncludeObject.NONE && endsInitialEvents(tree) ? IncludeObject.METADATA : include) {
                case NONE -> row.put("object", null);
                case METADATA -> {
                    Map<String, Object> partial = new LinkedHashMap<>();
                    partial.put("kind", "PartialObjectMetadata");
                    partial.put("apiVersion", "meta.k8s.io/" + version);
                    partial.put("metadata", bareMetadata(tree));
                    row.put("object", partial);
                }
                case OBJECT -> row.put("object", tree);
            }
            rows.add(row);
        }
        table.put("rows", rows.isEmpty() && printer.saysNullForNoRows() ? null : rows);
        return table;
    }

    /** A client must see this bookmark's annotation, whatever it wants to know of objects. */
    private static boolean endsInitialEvents(Map<String, Object> object) {
        Map<String, Object> annotations = Trees.map(Trees.map(object, "metadata"), "annotations");
        return "true".equals(annotations.get("k8s.io/initial-events-end"));
    }

    private static boolean isScale(ApiObject object) {
        return object.kind().equals(SCALE.kind()) && object.apiVersion().equals(SCALE.apiVersion());
    }

    private static Printer scale(ServedResource resource) {
        return resource.custom() == null ? Printers.of(SCALE) : CustomScale.PRINTER;
    }

    /** Columns are made of what is stored: the first version of the autoscaler does not have all of it. */
    private static Map<String, Object> printed(ServedResource resource, Map<String, Object> tree) {
        boolean converted = resource.gvk().kind().equals("HorizontalPodAutoscaler")
                && resource.custom() == null
                && resource.gvk().apiVersion().equals(tree.get("apiVersion"));
        return converted ? resource.converter().toStored(Trees.deepCopy(tree)) : tree;
    }

    static Map<String, Object> tableMeta(ApiList list) {
        return listMeta(list);
    }

    private static List<Object> columns(Printer printer) {
        List<Object> columns = new ArrayList<>();
        for (Printer.Column column : printer.columns()) {
            Map<String, Object> definition = new LinkedHashMap<>();
            definition.put("name", column.name());
            definition.put("type", column.type());
            definition.put("format", column.format());
            definition.put("description", column.description());
            definition.put("priority", (long) column.priority());
            columns.add(definition);
        }
        return columns;
    }
}
