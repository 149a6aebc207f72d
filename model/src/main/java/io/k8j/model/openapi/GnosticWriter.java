package io.k8j.model.openapi;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;

/**
 * Writes a document of the second version in the protobuf form {@code openapi.v2.Document} of the gnostic project, which
 * is all that older kubectls read. Field numbers are those of its {@code OpenAPIv2.proto}; what our documents never have
 * is left out.
 */
final class GnosticWriter {
    private GnosticWriter() {}

    static byte[] write(Map<String, Object> document) {
        Map<String, Object> info = Trees.map(document, "info");
        GnosticMessage out = new GnosticMessage()
                .text(1, document.get("swagger"))
                .message(2, new GnosticMessage().text(1, info.get("title")).text(2, info.get("version")))
                .message(8, GnosticMessage.named(2, Trees.map(document, "paths"), GnosticWriter::path))
                .message(9, GnosticMessage.named(1, Trees.map(document, "definitions"), GnosticWriter::schema));
        return out.toBytes();
    }

    private static GnosticMessage path(Map<String, Object> path) {
        GnosticMessage out = new GnosticMessage();
        for (int i = 0; i < GnosticMessage.METHODS.size(); i++)
            if (path.get(GnosticMessage.METHODS.get(i)) instanceof Map<?, ?> operation)
                out.message(2 + i, operation(Trees.asMap(operation)));
        return parameters(out, 9, path);
    }

    private static GnosticMessage operation(Map<String, Object> operation) {
        GnosticMessage out = new GnosticMessage()
                .texts(1, Trees.list(operation, "tags"))
                .text(3, operation.get("description"))
                .text(5, operation.get("operationId"))
                .texts(6, Trees.list(operation, "produces"))
                .texts(7, Trees.list(operation, "consumes"));
        parameters(out, 8, operation);
        return extensions(
                out.message(9, GnosticMessage.named(1, Trees.map(operation, "responses"), GnosticWriter::response))
                        .texts(10, Trees.list(operation, "schemes")),
                13,
                operation);
    }

    private static GnosticMessage parameters(GnosticMessage out, int number, Map<String, Object> owner) {
        for (Object item : Trees.list(owner, "parameters"))
            out.message(number, new GnosticMessage().message(1, parameter(Trees.map(item))));
        return out;
    }

    private static GnosticMessage parameter(Map<String, Object> parameter) {
        Object where = parameter.get("in");
        if ("body".equals(where)) {
            GnosticMessage body = new GnosticMessage()
                    .text(1, parameter.get("description"))
                    .text(2, parameter.get("name"))
                    .text(3, where)
                    .flag(4, parameter.get("required"))
                    .message(5, schema(Trees.map(parameter, "schema")));
            return new GnosticMessage().message(1, body);
        }
        boolean path = "path".equals(where);
        GnosticMessage plain = new GnosticMessage()
                .flag(1, parameter.get("required"))
                .text(2, where)
                .text(3, parameter.get("description"))
                .text(4, parameter.get("name"))
                .text(path ? 5 : 6, parameter.get("type"))
                .flag(path ? 19 : 20, parameter.get("uniqueItems"));
        return new GnosticMessage().message(2, new GnosticMessage().message(path ? 4 : 3, plain));
    }

    private static GnosticMessage response(Map<String, Object> response) {
        GnosticMessage out = new GnosticMessage().text(1, response.get("description"));
        if (response.get("schema") instanceof Map<?, ?> schema)
            out.message(2, new GnosticMessage().message(1, schema(Trees.asMap(schema))));
        return new GnosticMessage().message(1, out);
    }

    private static GnosticMessage schema(Map<String, Object> schema) {
        GnosticMessage out = new GnosticMessage()
                .text(1, schema.get("$ref"))
                .text(2, schema.get("format"))
                .text(4, schema.get("description"));
        if (schema.get("default") != null) out.message(5, any(schema.get("default")));
        out.texts(19, Trees.list(schema, "required"));
        if (schema.get("additionalProperties") instanceof Map<?, ?> items)
            out.message(21, new GnosticMessage().message(1, schema(Trees.asMap(items))));
        if (schema.get("type") != null) out.message(22, new GnosticMessage().text(1, schema.get("type")));
        if (schema.get("items") instanceof Map<?, ?> items)
            out.message(23, new GnosticMessage().message(1, schema(Trees.asMap(items))));
        if (schema.get("properties") instanceof Map<?, ?> properties)
            out.message(25, GnosticMessage.named(1, Trees.asMap(properties), GnosticWriter::schema));
        return extensions(out, 31, schema);
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
