package io.k8j.model.openapi;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/**
 * Writes a document of the third version in the protobuf form {@code openapi.v3.Document} of the gnostic project. Field
 * numbers are those of its {@code OpenAPIv3.proto}; what our documents never have is left out.
 */
final class GnosticThirdWriter {
    private GnosticThirdWriter() {}

    static byte[] write(Map<String, Object> document) {
        Map<String, Object> info = Trees.map(document, "info");
        Map<String, Object> components = Trees.map(document, "components");
        return new GnosticMessage()
                .text(1, document.get("openapi"))
                .message(2, new GnosticMessage().text(1, info.get("title")).text(6, info.get("version")))
                .message(4, GnosticMessage.named(1, Trees.map(document, "paths"), GnosticThirdWriter::path))
                .message(
                        5,
                        new GnosticMessage()
                                .message(
                                        1,
                                        GnosticMessage.named(
                                                1, Trees.map(components, "schemas"), GnosticThirdWriter::schema))
                                .message(7, securitySchemes(components)))
                .toBytes();
    }

    private static GnosticMessage securitySchemes(Map<String, Object> components) {
        if (components.get("securitySchemes") == null) return null;
        return GnosticMessage.named(
                1,
                Trees.map(components, "securitySchemes"),
                scheme -> new GnosticMessage()
                        .message(
                                1,
                                new GnosticMessage()
                                        .text(1, scheme.get("type"))
                                        .text(2, scheme.get("description"))
                                        .text(3, scheme.get("name"))
                                        .text(4, scheme.get("in"))));
    }

    private static GnosticMessage path(Map<String, Object> path) {
        GnosticMessage out = new GnosticMessage();
        for (int i = 0; i < GnosticMessage.METHODS.size(); i++) {
            if (path.get(GnosticMessage.METHODS.get(i)) instanceof Map<?, ?> operation) {
                out.message(4 + i, operation(Trees.asMap(operation)));
            }
        }
        return parameters(out, 13, path);
    }

    private static GnosticMessage operation(Map<String, Object> operation) {
        GnosticMessage out = new GnosticMessage()
                .texts(1, Trees.list(operation, "tags"))
                .text(3, operation.get("description"))
                .text(5, operation.get("operationId"));
        parameters(out, 6, operation);
        if (operation.get("requestBody") instanceof Map<?, ?> map) {
            Map<String, Object> body = Trees.asMap(map);
            out.message(
                    7,
                    new GnosticMessage()
                            .message(
                                    1,
                                    new GnosticMessage()
                                            .text(1, body.get("description"))
                                            .message(2, content(body))
                                            .flag(3, body.get("required"))));
        }
        Map<String, Object> responses = Trees.map(operation, "responses");
        out.message(8, GnosticMessage.named(2, responses, GnosticThirdWriter::response));
        return extensions(out.flag(10, operation.get("deprecated")), 13, operation);
    }

    private static GnosticMessage parameters(GnosticMessage out, int number, Map<String, Object> owner) {
        for (Object item : Trees.list(owner, "parameters")) {
            Map<String, Object> parameter = Trees.map(item);
            GnosticMessage plain = new GnosticMessage()
                    .text(1, parameter.get("name"))
                    .text(2, parameter.get("in"))
                    .text(3, parameter.get("description"))
                    .flag(4, parameter.get("required"))
                    .message(10, part(parameter, "schema"));
            out.message(number, new GnosticMessage().message(1, plain));
        }
        return out;
    }

    private static GnosticMessage response(Map<String, Object> response) {
        return new GnosticMessage()
                .message(
                        1,
                        new GnosticMessage()
                                .text(1, response.get("description"))
                                .message(3, content(response)));
    }

    /** The media types of a body; null if it has none. */
    private static GnosticMessage content(Map<String, Object> owner) {
        if (owner.get("content") == null) return null;
        return GnosticMessage.named(
                1, Trees.map(owner, "content"), type -> new GnosticMessage().message(1, part(type, "schema")));
    }

    private static GnosticMessage part(Map<String, Object> owner, String field) {
        return owner.get(field) instanceof Map<?, ?> schema ? schema(Trees.asMap(schema)) : null;
    }

    /** A schema or a reference to one. */
    private static GnosticMessage schema(Map<String, Object> schema) {
        if (schema.get("$ref") != null) {
            return new GnosticMessage().message(2, new GnosticMessage().text(1, schema.get("$ref")));
        }
        return new GnosticMessage().message(1, plain(schema));
    }

    private static GnosticMessage plain(Map<String, Object> schema) {
        GnosticMessage out =
                new GnosticMessage().flag(1, schema.get("nullable")).text(9, schema.get("title"));
        limits(out, schema);
        for (Object value : Trees.list(schema, "enum")) out.message(24, any(value));
        out.text(25, schema.get("type"));
        List<String> junctors = List.of("allOf", "oneOf", "anyOf");
        for (int i = 0; i < junctors.size(); i++) {
            for (Object option : Trees.list(schema, junctors.get(i))) out.message(26 + i, schema(Trees.map(option)));
        }
        if (schema.get("not") instanceof Map<?, ?> not) out.message(29, plain(Trees.asMap(not)));
        if (schema.get("items") != null) out.message(30, new GnosticMessage().message(1, part(schema, "items")));
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            out.message(31, GnosticMessage.named(1, Trees.asMap(properties), GnosticThirdWriter::schema));
        }
        if (schema.get("additionalProperties") instanceof Map<?, ?>) {
            out.message(32, new GnosticMessage().message(1, part(schema, "additionalProperties")));
        } else if (schema.get("additionalProperties") != null) {
            out.message(32, new GnosticMessage().flag(2, schema.get("additionalProperties")));
        }
        if (schema.get("default") != null) out.message(33, defaultValue(schema.get("default")));
        out.text(34, schema.get("description")).text(35, schema.get("format"));
        return extensions(out, 36, schema);
    }

    private static void limits(GnosticMessage out, Map<String, Object> schema) {
        out.real(10, schema.get("multipleOf"))
                .real(11, schema.get("maximum"))
                .flag(12, schema.get("exclusiveMaximum"))
                .real(13, schema.get("minimum"))
                .flag(14, schema.get("exclusiveMinimum"))
                .integer(15, schema.get("maxLength"))
                .integer(16, schema.get("minLength"))
                .text(17, schema.get("pattern"))
                .integer(18, schema.get("maxItems"))
                .integer(19, schema.get("minItems"))
                .flag(20, schema.get("uniqueItems"))
                .integer(21, schema.get("maxProperties"))
                .integer(22, schema.get("minProperties"))
                .texts(23, Trees.list(schema, "required"));
    }

    /** Only plain values have a place in this form; of others it says that there is one. */
    private static GnosticMessage defaultValue(Object value) {
        GnosticMessage out = new GnosticMessage();
        return switch (value) {
            case Number number -> out.real(1, number);
            case Boolean flag -> out.integer(2, flag ? 1L : 0L);
            case String text -> out.text(3, text);
            default -> out;
        };
    }

    private static GnosticMessage extensions(GnosticMessage out, int number, Map<String, Object> owner) {
        owner.forEach((name, value) -> {
            if (name.startsWith("x-"))
                out.message(number, new GnosticMessage().text(1, name).message(2, any(value)));
        });
        return out;
    }

    /** A free value travels as YAML, and JSON is YAML. */
    private static GnosticMessage any(Object value) {
        return new GnosticMessage().text(2, Json.writeString(value));
    }
}
