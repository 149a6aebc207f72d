package io.k8j.model.openapi;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Makes an OpenAPI v3 document of a v2 document, in upstream's way, which loses what v3 says better. Takes any tree;
 * what does not look like v2 is left out.
 */
public final class ThirdFromSecond {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final List<String> OPERATION_FIELDS = List.of("tags", "summary", "description");
    private static final List<String> PARAMETER_FIELDS =
            List.of("name", "in", "description", "required", "allowEmptyValue");
    private static final String DEFINITIONS = "#/definitions/";

    private ThirdFromSecond() {}

    /** @param second is not changed; parts of it are in the result */
    public static Map<String, Object> convert(Map<String, Object> second) {
        Map<String, Object> third = new LinkedHashMap<>();
        third.put("openapi", "3.0.0");
        copy(second, third, List.of("info", "externalDocs"));
        Map<String, Object> paths = new TreeMap<>();
        Trees.map(second, "paths").forEach((path, item) -> {
            if (item instanceof Map<?, ?>) paths.put(path, path.startsWith("x-") ? item : path(item));
        });
        third.put("paths", paths);
        Map<String, Object> components = new LinkedHashMap<>();
        each(second, "definitions", components, "schemas", ThirdFromSecond::schema);
        List<Object> produces = Trees.list(second, "produces");
        each(second, "responses", components, "responses", response -> response(response, produces));
        each(second, "securityDefinitions", components, "securitySchemes", ThirdFromSecond::securityScheme);
        third.put("components", components);
        return third;
    }

    private static void each(
            Map<String, Object> from,
            String name,
            Map<String, Object> to,
            String newName,
            UnaryOperator<Object> change) {
        Map<String, Object> all = Trees.map(from, name);
        if (all.isEmpty()) return;
        Map<String, Object> changed = new TreeMap<>();
        all.forEach((key, value) -> changed.put(key, change.apply(value)));
        to.put(newName, changed);
    }

    private static void copy(Object from, Map<String, Object> to, List<String> names) {
        for (String name : names) {
            Object value = Trees.get(from, name);
            if (value != null) to.put(name, value);
        }
    }

    private static void copyExtensions(Object from, Map<String, Object> to) {
        if (from instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key instanceof String name && name.startsWith("x-")) to.put(name, value);
            });
        }
    }

    private static Map<String, Object> path(Object item) {
        Map<String, Object> path = new LinkedHashMap<>();
        copy(item, path, List.of("$ref"));
        Trees.map(item).forEach((name, operation) -> {
            if (METHODS.contains(name)) path.put(name, operation(operation));
        });
        List<Object> parameters = new ArrayList<>();
        for (Object parameter : Trees.list(item, "parameters")) parameters.add(parameter(parameter));
        if (!parameters.isEmpty()) path.put("parameters", parameters);
        copyExtensions(item, path);
        return path;
    }

    private static Map<String, Object> operation(Object second) {
        Map<String, Object> operation = new LinkedHashMap<>();
        copy(second, operation, OPERATION_FIELDS);
        copy(second, operation, List.of("externalDocs", "operationId", "deprecated"));
        List<Object> parameters = new ArrayList<>();
        for (Object parameter : Trees.list(second, "parameters")) {
            Object schema = Trees.get(parameter, "schema");
            if ("body".equals(Trees.get(parameter, "name")) && schema != null) {
                operation.put("requestBody", content(new LinkedHashMap<>(), schema, Trees.list(second, "consumes")));
            } else {
                parameters.add(parameter(parameter));
            }
        }
        if (!parameters.isEmpty()) operation.put("parameters", parameters);
        List<Object> produces = Trees.list(second, "produces");
        Map<String, Object> responses = new TreeMap<>();
        Trees.map(second, "responses").forEach((code, response) -> {
            responses.put(code, code.startsWith("x-") ? response : response(response, produces));
        });
        operation.put("responses", responses);
        copyExtensions(second, operation);
        return operation;
    }

    private static Map<String, Object> content(Map<String, Object> to, Object schema, List<Object> types) {
        if (types.isEmpty()) return to;
        Object changed = schema(schema);
        Map<String, Object> content = new LinkedHashMap<>();
        for (Object type : types) content.put(String.valueOf(type), Map.of("schema", changed));
        to.put("content", content);
        return to;
    }

    private static Object response(Object second, List<Object> produces) {
        Map<String, Object> response = new LinkedHashMap<>();
        reference(second, response, "#/responses/", "#/components/responses/");
        copy(second, response, List.of("description"));
        Object schema = Trees.get(second, "schema");
        if (schema != null) content(response, schema, produces);
        copyExtensions(second, response);
        return response;
    }

    private static Map<String, Object> parameter(Object second) {
        Map<String, Object> parameter = new LinkedHashMap<>();
        reference(second, parameter, "#/parameters/", "#/components/parameters/");
        copy(second, parameter, PARAMETER_FIELDS);
        Object schema = Trees.get(second, "schema");
        if (schema == null) {
            Map<String, Object> simple = new LinkedHashMap<>();
            copy(second, simple, List.of("type", "format", "uniqueItems"));
            schema = simple;
        }
        parameter.put("schema", schema(schema));
        copyExtensions(second, parameter);
        return parameter;
    }

    private static void reference(Object from, Map<String, Object> to, String prefix, String newPrefix) {
        String reference = Trees.string(from, "$ref");
        if (reference != null) to.put("$ref", reference.replace(prefix, newPrefix));
    }

    private static Object securityScheme(Object second) {
        Map<String, Object> scheme = new LinkedHashMap<>();
        copy(second, scheme, List.of("type", "description", "name", "in"));
        String flow = Trees.string(second, "flow");
        if (flow != null) {
            Map<String, Object> details = new LinkedHashMap<>();
            copy(second, details, List.of("authorizationUrl", "tokenUrl", "scopes"));
            scheme.put("flows", Map.of(flow, details));
        }
        copyExtensions(second, scheme);
        return scheme;
    }

    private static Object schema(Object second) {
        if (!(second instanceof Map<?, ?> fields)) return second; // additionalProperties may be a truth value
        Map<String, Object> schema = new LinkedHashMap<>();
        Trees.asMap(fields)
                .forEach((name, value) -> schema.put(
                        name,
                        switch (name) {
                            case "$ref" -> newReference(value);
                            case "properties" -> schemas(value);
                            case "items" ->
                                value instanceof List<?> list
                                        ? list.stream()
                                                .map(ThirdFromSecond::schema)
                                                .toList()
                                        : schema(value);
                            case "additionalProperties", "additionalItems" -> schema(value);
                            default -> value;
                        }));
        Object reference = schema.get("$ref");
        if (reference != null && schema.size() > 1) { // a reference must stand alone in v3
            schema.remove("$ref");
            schema.put("allOf", List.of(Map.of("$ref", reference)));
        }
        return schema;
    }

    private static Object newReference(Object value) {
        return value instanceof String text ? text.replace(DEFINITIONS, "#/components/schemas/") : value;
    }

    private static Object schemas(Object value) {
        if (!(value instanceof Map<?, ?> properties)) return value;
        Map<String, Object> changed = new TreeMap<>();
        Trees.asMap(properties).forEach((name, property) -> changed.put(name, schema(property)));
        return changed;
    }
}
