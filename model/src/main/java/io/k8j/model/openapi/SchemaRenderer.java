package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Descriptions;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Presence;
import io.k8j.model.schema.Schema.Type;
import io.k8j.model.schema.Schemas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes types as OpenAPI schemas, each with all it refers to. Serves one document and one thread. */
final class SchemaRenderer {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    static final String OBJECT_META = META + "ObjectMeta";
    static final String LIST_META = META + "ListMeta";

    private static final String CONVENTIONS =
            "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

    private final boolean third;
    private final Descriptions descriptions;
    private final Enums enums = Enums.load();
    private final Map<String, List<GroupVersionKind>> kinds;
    private final Map<String, Object> done = new TreeMap<>();
    private final Deque<String> wanted = new ArrayDeque<>();

    /**
     * @param third OpenAPI v3; else v2
     * @param kinds which group versions a type is a kind of
     */
    SchemaRenderer(boolean third, Descriptions descriptions, Map<String, List<GroupVersionKind>> kinds) {
        this.third = third;
        this.descriptions = descriptions;
        this.kinds = kinds;
    }

    Descriptions descriptions() {
        return descriptions;
    }

    /** A reference to a type; the type will be in {@link #finish()}. */
    Map<String, Object> reference(String typeName) {
        if (!done.containsKey(typeName)) wanted.add(typeName);
        return Node.of("$ref", (third ? "#/components/schemas/" : "#/definitions/") + typeName);
    }

    /** Adds a type that has its schema as a tree. */
    void put(String typeName, Map<String, Object> tree) {
        done.put(typeName, tree);
    }

    /** All types that were referred to, and those they refer to, by name. */
    Map<String, Object> finish() {
        while (!wanted.isEmpty()) {
            String name = wanted.remove();
            if (!done.containsKey(name)) done.put(name, type(name));
        }
        return done;
    }

    private Map<String, Object> type(String name) {
        if (name.equals(META + "Patch"))
            return Node.of("description", "A change to an object, in one of the patch formats.", "type", "object");
        Schema schema = Schemas.type(name);
        Map<String, Object> out = Node.of("description", orNull(descriptions.of(name)));
        switch (schema.type()) {
            case OBJECT -> object(name, schema, out);
            case QUANTITY -> union(out, "string", "number", null);
            case INT_OR_STRING -> union(out, "integer", "string", "int-or-string");
            case STRING -> {
                out.put("type", "string");
                if (schema.format() != null) out.put("format", schema.format());
            }
            default -> {
                if (!name.contains("apiextensions")) out.put("type", "object");
            }
        }
        return out;
    }

    private void union(Map<String, Object> out, String first, String second, String format) {
        if (format != null) out.put("format", format);
        if (third) out.put("oneOf", List.of(Node.of("type", first), Node.of("type", second)));
        else out.put("type", "string");
    }

    private void object(String name, Schema schema, Map<String, Object> out) {
        List<Object> required = new ArrayList<>();
        Map<String, Object> properties = new TreeMap<>(Trees::compareKeys);
        for (Schema.Field field : schema.fields().values()) {
            if (field.required()) required.add(field.name());
            properties.put(field.name(), property(name, field));
        }
        out.put("type", "object");
        if (!required.isEmpty()) out.put("required", required);
        if (!properties.isEmpty()) out.put("properties", properties);
        List<Object> groupVersionKinds = new ArrayList<>();
        for (GroupVersionKind gvk : kinds.getOrDefault(name, List.of())) groupVersionKinds.add(extension(gvk));
        if (!groupVersionKinds.isEmpty()) out.put("x-kubernetes-group-version-kind", groupVersionKinds);
        if (schema.atomic()) out.put("x-kubernetes-map-type", "atomic");
    }

    static Map<String, Object> extension(GroupVersionKind gvk) {
        return Node.of("group", gvk.group(), "kind", gvk.kind(), "version", gvk.version());
    }

    private Map<String, Object> property(String owner, Schema.Field field) {
        Schema schema = field.schema();
        Object standard = third ? standard(field, schema) : field.publishedDefault() ? field.defaultValue() : null;
        Map<String, Object> out = value(schema, standard, description(owner, field));
        if (schema.type() == Type.LIST && schema.typeName() == null && !isItems(owner, field)) list(schema, out);
        Enums.tell(out, enums.of(owner, field.name()));
        boolean granular =
                schema.typeName() == null || !Schemas.type(schema.typeName()).atomic();
        if (schema.atomic() && granular) out.put("x-kubernetes-map-type", "atomic");
        if (field.patchMergeKey() != null) out.put("x-kubernetes-patch-merge-key", field.patchMergeKey());
        if (!field.patchStrategy().isEmpty())
            out.put("x-kubernetes-patch-strategy", String.join(",", field.patchStrategy()));
        return out;
    }

    /** The objects of a list, which nobody merges. */
    private static boolean isItems(String owner, Schema.Field field) {
        Schema.Field metadata = Schemas.type(owner).fields().get("metadata");
        return field.name().equals("items")
                && metadata != null
                && LIST_META.equals(metadata.schema().typeName());
    }

    /** Where no source has texts of fields that refer to a type, the type's own text must do. */
    private String description(String owner, Schema.Field field) {
        String own = descriptions.of(owner, field.name());
        String type = field.schema().typeName();
        if (!own.isEmpty() || type == null) return orNull(own);
        String meta = metadata(type);
        if (!meta.isEmpty()) return meta;
        return owner.contains("kube-aggregator") ? orNull(descriptions.of(type)) : null;
    }

    /** What objects and lists say of their metadata; empty for other types. */
    static String metadata(String type) {
        return switch (type) {
            case OBJECT_META -> "Standard object's metadata. More info: " + CONVENTIONS + "#metadata";
            case LIST_META -> "Standard list metadata. More info: " + CONVENTIONS + "#types-kinds";
            default -> "";
        };
    }

    private static void list(Schema schema, Map<String, Object> out) {
        if (schema.listType() == ListType.MAP)
            out.put("x-kubernetes-list-map-keys", new ArrayList<Object>(schema.listMapKeys()));
        out.put(
                "x-kubernetes-list-type",
                switch (schema.listType()) {
                    case MAP -> "map";
                    case SET -> "set";
                    case ATOMIC -> "atomic";
                });
    }

    /** The default that upstream's third version shows; fields that are always there have their empty value. */
    private static Object standard(Schema.Field field, Schema schema) {
        if (field.publishedDefault() && field.defaultValue() != null) return field.defaultValue();
        return field.presence() == Presence.ALWAYS ? empty(schema) : null;
    }

    private static Object empty(Schema schema) {
        return switch (schema.type()) {
            case OBJECT -> Map.of();
            case STRING -> schema.format() == null ? "" : null;
            case INTEGER -> 0L;
            case BOOLEAN -> false;
            default -> null;
        };
    }

    private Map<String, Object> value(Schema schema, Object standard, String description) {
        if (schema.typeName() != null && schema.type() != Type.LIST) {
            Map<String, Object> reference = reference(schema.typeName());
            if (!third) return Node.of("description", description, "$ref", reference.get("$ref"));
            if (description == null && standard == null) return reference;
            return Node.of("allOf", List.of(reference), "default", standard, "description", description);
        }
        Map<String, Object> out = Node.of("default", standard, "description", description);
        switch (schema.type()) {
            case LIST -> {
                out.put("items", value(schema.items(), third ? empty(schema.items()) : null, null));
                out.put("type", "array");
            }
            case MAP -> {
                out.put("additionalProperties", value(schema.items(), third ? empty(schema.items()) : null, null));
                out.put("type", "object");
            }
            case STRING, INTEGER, NUMBER, BOOLEAN -> {
                if (schema.format() != null) out.put("format", schema.format());
                out.put(
                        "type",
                        switch (schema.type()) {
                            case STRING -> "string";
                            case INTEGER -> "integer";
                            case NUMBER -> "number";
                            default -> "boolean";
                        });
            }
            default -> out.put("type", "object");
        }
        return out;
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
