package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Type;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compiles the {@code openAPIV3Schema} of a definition into the schema that all engines read. */
final class StructuralSchema {
    private static final Schema TEXT = Schema.builder(Type.STRING).build();
    private static final Schema METADATA = Schemas.type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private final boolean asWritten;

    private StructuralSchema(boolean asWritten) {
        this.asWritten = asWritten;
    }

    /** The schema of whole objects: the definition's, with apiVersion, kind and metadata as all objects have them. */
    static Schema ofObject(Map<String, Object> root) {
        return new StructuralSchema(false).object(root, true);
    }

    /** The schema with the fields of metadata that the definition's author wrote down, and their defaults. */
    static Schema asWritten(Map<String, Object> root) {
        return new StructuralSchema(true).object(root, false);
    }

    private Schema of(Map<String, Object> node) {
        if (Trees.isTrue(node, "x-kubernetes-int-or-string")) return leaf(node, Type.INT_OR_STRING);
        String type = Trees.string(node, "type");
        return switch (type == null ? "" : type) {
            case "object" -> object(node, !asWritten && Trees.isTrue(node, "x-kubernetes-embedded-resource"));
            case "array" -> list(node);
            case "string" -> leaf(node, Type.STRING);
            case "integer" -> leaf(node, Type.INTEGER);
            case "number" -> leaf(node, Type.NUMBER);
            case "boolean" -> leaf(node, Type.BOOLEAN);
            default -> leaf(node, Type.ANY);
        };
    }

    private static Schema leaf(Map<String, Object> node, Type type) {
        return common(node, Schema.builder(type)).build();
    }

    private Schema list(Map<String, Object> node) {
        Schema items = of(Trees.map(node, "items"));
        List<String> keys = new ArrayList<>();
        for (Object key : Trees.list(node, "x-kubernetes-list-map-keys")) keys.add(String.valueOf(key));
        String listType = Trees.string(node, "x-kubernetes-list-type");
        ListType kind = switch (listType == null ? "" : listType) {
            case "map" -> ListType.MAP;
            case "set" -> ListType.SET;
            default -> ListType.ATOMIC;
        };
        return common(node, Schema.builder(Type.LIST))
                .items(() -> items)
                .listType(kind, keys)
                .build();
    }

    private Schema object(Map<String, Object> node, boolean whole) {
        Object additional = node.get("additionalProperties");
        Map<String, Object> properties = Trees.map(node, "properties");
        if (!whole && properties.isEmpty() && (additional instanceof Map || Boolean.TRUE.equals(additional))) {
            Schema items = additional instanceof Map<?, ?> map
                    ? of(Trees.asMap(map))
                    : Schema.builder(Type.ANY).preserveUnknownFields(true).build();
            return common(node, Schema.builder(Type.MAP)).items(() -> items).build();
        }
        Schema.Builder builder = common(node, Schema.builder(Type.OBJECT));
        List<Object> required = Trees.list(node, "required");
        if (whole) {
            builder.field(field("apiVersion", TEXT, false, Map.of()));
            builder.field(field("kind", TEXT, false, Map.of()));
            builder.field(field("metadata", METADATA, false, Map.of()));
        }
        properties.forEach((name, value) -> {
            if (whole && List.of("apiVersion", "kind", "metadata").contains(name)) return;
            Map<String, Object> property = value instanceof Map<?, ?> map ? Trees.asMap(map) : Map.of();
            builder.field(field(name, of(property), required.contains(name), property));
        });
        return builder.build();
    }

    private static Schema.Field field(String name, Schema schema, boolean required, Map<String, Object> node) {
        String description = Trees.string(node, "description");
        return new Schema.Field(
                name,
                () -> schema,
                required,
                description == null ? "" : description,
                0,
                List.of(),
                null,
                node.get("default"));
    }

    private static Schema.Builder common(Map<String, Object> node, Schema.Builder builder) {
        String description = Trees.string(node, "description");
        String format = Trees.string(node, "format");
        return builder.description(description == null ? "" : description)
                .format(format)
                .atomic("atomic".equals(Trees.string(node, "x-kubernetes-map-type")))
                .preserveUnknownFields(Trees.isTrue(node, "x-kubernetes-preserve-unknown-fields"))
                .nullable(Trees.isTrue(node, "nullable"))
                .embeddedResource(Trees.isTrue(node, "x-kubernetes-embedded-resource"))
                .constraints(node);
    }
}
