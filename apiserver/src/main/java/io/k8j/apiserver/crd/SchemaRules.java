package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that the schema of a definition is structural and uses only what is supported; in upstream's words. */
final class SchemaRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> UNSUPPORTED =
            List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");

    private final List<FieldError> errors = new ArrayList<>();

    private SchemaRules() {}

    /** Everything wrong with a schema that stands at {@code path}. */
    static List<FieldError> check(String path, Map<String, Object> schema) {
        SchemaRules rules = new SchemaRules();
        String type = Trees.string(schema, "type");
        if (!"object".equals(type)) {
            if (type == null || type.isEmpty())
                rules.errors.add(FieldError.required(path + ".type", "must not be empty at the root"));
            else rules.errors.add(FieldError.invalid(path + ".type", type, "must be object at the root"));
        }
        if (Trees.isTrue(schema, "nullable")) {
            rules.errors.add(FieldError.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        rules.node(path, schema, true);
        return rules.errors;
    }

    private void node(String at, Map<String, Object> schema, boolean root) {
        String type = Trees.string(schema, "type");
        boolean free = Trees.isTrue(schema, "x-kubernetes-int-or-string")
                || Trees.isTrue(schema, "x-kubernetes-preserve-unknown-fields");
        if (type == null || type.isEmpty()) {
            if (!root && !free)
                errors.add(FieldError.required(at + ".type", "must not be empty for specified object fields"));
        } else if (!TYPES.contains(type)) {
            errors.add(FieldError.notSupported(at + ".type", type, TYPES));
        }
        for (String field : UNSUPPORTED) {
            if (schema.get(field) != null) {
                errors.add(FieldError.forbidden(at + "." + field, field + " is not supported"));
            }
        }
        if (Trees.isTrue(schema, "uniqueItems")) {
            errors.add(FieldError.forbidden(
                    at + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
        if (schema.get("items") instanceof List) {
            errors.add(FieldError.forbidden(at + ".items", "items must be a schema object and not an array"));
        }
        if ("array".equals(type) && schema.get("items") == null)
            errors.add(FieldError.required(at + ".items", "must be specified"));
        boolean additional = schema.get("additionalProperties") instanceof Map;
        if (additional && !Trees.map(schema, "properties").isEmpty()) {
            errors.add(FieldError.forbidden(
                    at + ".additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }
        if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
            errors.add(
                    FieldError.forbidden(at + ".additionalProperties", "additionalProperties cannot be set to false"));
        }
        mapType(at, schema, type);
        listType(at, schema, type);
        expressions(at, schema);
        children(at, schema);
    }

    private void expressions(String at, Map<String, Object> schema) {
        List<Object> rules = Trees.list(schema, "x-kubernetes-validations");
        for (int i = 0; i < rules.size(); i++) {
            String place = at + ".x-kubernetes-validations[" + i + "]";
            String rule = Trees.string(rules.get(i), "rule");
            if (rule == null || rule.isBlank()) {
                errors.add(FieldError.required(place + ".rule", "rule is not specified"));
                continue;
            }
            String fault = Expressions.fault(rule);
            if (fault != null) errors.add(FieldError.invalid(place + ".rule", rules.get(i), fault));
            String message = Trees.string(rules.get(i), "messageExpression");
            String wrong = message == null || message.isBlank() ? null : Expressions.fault(message);
            if (wrong != null) errors.add(FieldError.invalid(place + ".messageExpression", rules.get(i), wrong));
        }
    }

    private void children(String at, Map<String, Object> schema) {
        Trees.map(schema, "properties").forEach((name, value) -> {
            if (value instanceof Map<?, ?> map) {
                node(
                        at + ".properties[" + name + "]",
                        Trees.asMap(map),
                        at.endsWith("openAPIV3Schema") && name.equals("metadata"));
            }
        });
        if (schema.get("items") instanceof Map<?, ?> items) node(at + ".items", Trees.asMap(items), false);
        if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
            node(at + ".additionalProperties", Trees.asMap(other), false);
        }
    }

    private void mapType(String at, Map<String, Object> schema, String type) {
        String mapType = Trees.string(schema, "x-kubernetes-map-type");
        if (mapType == null) return;
        if (!"object".equals(type)) {
            errors.add(FieldError.invalid(
                    at + ".type", type == null ? "" : type, "must be object if x-kubernetes-map-type is specified"));
        }
        if (!mapType.equals("atomic") && !mapType.equals("granular")) {
            errors.add(FieldError.notSupported(at + ".x-kubernetes-map-type", mapType, List.of("atomic", "granular")));
        }
    }

    private void listType(String at, Map<String, Object> schema, String type) {
        String listType = Trees.string(schema, "x-kubernetes-list-type");
        List<Object> keys = Trees.list(schema, "x-kubernetes-list-map-keys");
        if (listType != null && !"array".equals(type)) {
            errors.add(FieldError.invalid(
                    at + ".type", type == null ? "" : type, "must be array if x-kubernetes-list-type is specified"));
        }
        if (listType != null && !List.of("atomic", "set", "map").contains(listType)) {
            errors.add(
                    FieldError.notSupported(at + ".x-kubernetes-list-type", listType, List.of("atomic", "set", "map")));
        }
        if (!keys.isEmpty() && !"map".equals(listType)) {
            errors.add(
                    listType == null
                            ? FieldError.required(
                                    at + ".x-kubernetes-list-type",
                                    "must be map if x-kubernetes-list-map-keys is non-empty")
                            : FieldError.invalid(
                                    at + ".x-kubernetes-list-type",
                                    listType,
                                    "must be map if x-kubernetes-list-map-keys is non-empty"));
        }
        if (!"map".equals(listType)) return;
        if (keys.isEmpty()) {
            errors.add(FieldError.required(
                    at + ".x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
        }
        Map<String, Object> items = Trees.map(schema, "items");
        Set<Object> seen = new HashSet<>();
        for (Object key : keys) {
            if (!seen.add(key)) {
                errors.add(FieldError.invalid(
                        at + ".x-kubernetes-list-map-keys", keys, "must not contain duplicate entries"));
            }
            Map<String, Object> property = Trees.map(items, "properties", String.valueOf(key));
            if (property.isEmpty()) {
                errors.add(FieldError.invalid(
                        at + ".x-kubernetes-list-map-keys", keys, "entries must all be names of item properties"));
            } else if (property.get("default") == null
                    && !Trees.list(items, "required").contains(key)) {
                errors.add(FieldError.required(
                        at + ".items.properties[" + key + "].default",
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required"
                                + " property"));
            }
        }
    }
}
