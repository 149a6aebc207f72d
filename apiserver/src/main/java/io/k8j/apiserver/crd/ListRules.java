package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code x-kubernetes-list-type}, its keys and {@code x-kubernetes-map-type} ask of a schema. */
final class ListRules {
    private static final String LIST_TYPE = "x-kubernetes-list-type";
    private static final String MAP_TYPE = "x-kubernetes-map-type";
    private static final String KEYS = "x-kubernetes-list-map-keys";

    private ListRules() {}

    static void check(String at, Map<String, Object> schema, List<FieldError> errors) {
        String type = text(schema, "type");
        String mapType = Trees.string(schema, MAP_TYPE);
        String listType = Trees.string(schema, LIST_TYPE);
        if (mapType != null && !type.equals("object")) {
            wrongType(at, type, "must be object if x-kubernetes-map-type is specified", errors);
        }
        if (mapType != null && !List.of("atomic", "granular").contains(mapType)) {
            errors.add(FieldError.notSupported(at + "." + MAP_TYPE, mapType, List.of("atomic", "granular")));
        }
        Map<String, Object> items = schema.get("items") instanceof Map<?, ?> map ? Trees.asMap(map) : null;
        if (listType != null && !type.equals("array")) {
            wrongType(at, type, "must be array if x-kubernetes-list-type is specified", errors);
        } else if ("set".equals(listType) && items != null) {
            setItems(at, items, errors);
        }
        if (listType != null && !List.of("atomic", "set", "map").contains(listType)) {
            errors.add(FieldError.notSupported(at + "." + LIST_TYPE, listType, List.of("atomic", "set", "map")));
        }
        List<Object> keys = Trees.list(schema, KEYS);
        if (!keys.isEmpty() && !"map".equals(listType)) {
            String detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            errors.add(
                    listType == null
                            ? FieldError.required(at + "." + LIST_TYPE, detail)
                            : FieldError.invalid(at + "." + LIST_TYPE, listType, detail));
        }
        if ("map".equals(listType)) mapItems(at, schema, items, keys, errors);
        if (items != null && ("map".equals(listType) || "set".equals(listType))) {
            nullable(at, listType, items, keys, errors);
        }
    }

    private static void wrongType(String at, String type, String detail, List<FieldError> errors) {
        errors.add(
                type.isEmpty()
                        ? FieldError.required(at + ".type", detail)
                        : FieldError.invalid(at + ".type", type, detail));
    }

    private static void setItems(String at, Map<String, Object> items, List<FieldError> errors) {
        String detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        String listType = Trees.string(items, LIST_TYPE);
        if (text(items, "type").equals("array") && listType != null && !listType.equals("atomic")) {
            errors.add(FieldError.invalid(at + ".items." + LIST_TYPE, listType, detail));
        }
        // Upstream names the list type here, which is not what is wrong.
        if (text(items, "type").equals("object") && !"atomic".equals(items.get(MAP_TYPE))) {
            errors.add(FieldError.invalid(at + ".items." + MAP_TYPE, listType, detail));
        }
    }

    private static void mapItems(
            String at,
            Map<String, Object> schema,
            Map<String, Object> items,
            List<Object> keys,
            List<FieldError> errors) {
        if (keys.isEmpty()) {
            errors.add(FieldError.required(at + "." + KEYS, "must not be empty if x-kubernetes-list-type is map"));
        }
        if (schema.get("items") == null) {
            errors.add(FieldError.required(at + ".items", "must have a schema if x-kubernetes-list-type is map"));
        } else if (items == null) {
            errors.add(FieldError.invalid(
                    at + ".items",
                    schema.get("items"),
                    "must only have a single schema if x-kubernetes-list-type is map"));
        } else if (!text(items, "type").equals("object")) {
            errors.add(FieldError.invalid(
                    at + ".items.type",
                    text(items, "type"),
                    "must be object if parent array's x-kubernetes-list-type is map"));
        } else {
            keys(at, items, keys, errors);
        }
    }

    private static void keys(String at, Map<String, Object> items, List<Object> keys, List<FieldError> errors) {
        Map<String, Map<String, Object>> properties = StructuralRules.properties(items);
        Set<Object> seen = new HashSet<>();
        for (Object key : keys) {
            Map<String, Object> property = properties.get(String.valueOf(key));
            if (property == null) {
                errors.add(FieldError.invalid(at + "." + KEYS, keys, "entries must all be names of item properties"));
            } else if (List.of("array", "object").contains(text(property, "type"))) {
                errors.add(FieldError.invalid(
                        at + ".items.properties[" + key + "].type",
                        text(items, "type"),
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            if (!seen.add(key)) {
                errors.add(FieldError.invalid(at + "." + KEYS, keys, "must not contain duplicate entries"));
            }
        }
    }

    private static void nullable(
            String at, String listType, Map<String, Object> items, List<Object> keys, List<FieldError> errors) {
        if (Trees.isTrue(items, "nullable")) {
            errors.add(FieldError.forbidden(
                    at + ".items.nullable", "cannot be nullable when x-kubernetes-list-type is " + listType));
        }
        if (!listType.equals("map")) return;
        Map<String, Map<String, Object>> properties = StructuralRules.properties(items);
        for (Object key : keys) {
            Map<String, Object> property = properties.get(String.valueOf(key));
            if (property == null) continue;
            String place = at + ".items.properties[" + key + "]";
            if (!Trees.list(items, "required").contains(key) && property.get("default") == null) {
                errors.add(FieldError.required(
                        place + ".default",
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required"
                                + " property"));
            }
            if (Trees.isTrue(property, "nullable")) {
                errors.add(FieldError.forbidden(
                        place + ".nullable",
                        "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            }
        }
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
