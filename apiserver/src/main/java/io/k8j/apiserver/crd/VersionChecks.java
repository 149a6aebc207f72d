package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks what the versions of a definition say: schemas, subresources, columns, selectable fields. Where all versions say
 * the same, upstream takes it as said once, and errors name that place.
 */
final class VersionChecks {
    private static final int MAX_SELECTABLE = 8;
    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final List<String> COLUMN_FORMATS =
            List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");

    private static final List<String> PARTS =
            List.of("schema", "subresources", "additionalPrinterColumns", "selectableFields");

    private VersionChecks() {}

    /** Whether all versions say the same of a part. */
    static boolean isShared(List<Object> versions, String part) {
        Object first = Trees.get(versions.getFirst(), part);
        return versions.stream().allMatch(v -> Trees.deepEquals(Trees.get(v, part), first));
    }

    /**
     * What one version says on its own.
     *
     * @param old the former spec; null on create
     */
    static void own(List<Object> versions, int i, Map<String, Object> old, List<FieldError> errors) {
        for (String part : PARTS) {
            if (isShared(versions, part)) continue;
            boolean status = Trees.get(
                            isShared(versions, "subresources") ? versions.getFirst() : versions.get(i),
                            "subresources",
                            "status")
                    != null;
            check(part, "spec.versions[" + i + "]." + part, versions.get(i), status, old, errors);
        }
    }

    /** What all versions say. */
    static void shared(List<Object> versions, Map<String, Object> old, List<FieldError> errors) {
        if (versions.isEmpty()) return;
        boolean status = versions.stream().anyMatch(v -> Trees.get(v, "subresources", "status") != null);
        for (String part : PARTS) {
            if (!isShared(versions, part)) continue;
            String at = part.equals("schema") ? "spec.validation" : "spec." + part;
            check(part, at, versions.getFirst(), status, old, errors);
        }
    }

    private static void check(
            String part, String at, Object version, boolean status, Map<String, Object> old, List<FieldError> errors) {
        switch (part) {
            case "schema" -> {
                if (!(Trees.get(version, "schema", "openAPIV3Schema") instanceof Map<?, ?> schema)) return;
                // What passed every check when it was written need not be compiled with each change of a label.
                boolean known = old != null
                        && Trees.deepEquals(schema, formerSchema(version, old))
                        && (!status || formerStatus(version, old));
                if (known) return;
                if (status) root(at + ".openAPIV3Schema", Trees.asMap(schema), errors);
                errors.addAll(SchemaRules.check(at + ".openAPIV3Schema", Trees.asMap(schema)));
            }
            case "subresources" -> scale(at + ".scale", Trees.get(version, "subresources", "scale"), errors);
            case "additionalPrinterColumns" -> {
                List<Object> columns = Trees.list(version, part);
                for (int i = 0; i < columns.size(); i++) column(at + "[" + i + "]", columns.get(i), errors);
            }
            default -> selectable(at, version, old, errors);
        }
    }

    /** Where the status is written apart, the root says nothing that would be lost with what is below it. */
    private static void root(String at, Map<String, Object> schema, List<FieldError> errors) {
        String type = Trees.string(schema, "type");
        // Upstream stops at the first field in its order; those before the type are rare.
        if (type != null && !type.isEmpty() && !type.equals("object")) {
            errors.add(FieldError.invalid(
                    at + ".type",
                    type,
                    "only \"object\" is allowed as the type at the root of the schema if the status subresource is"
                            + " enabled"));
        } else if (SchemaForm.hasMoreThanRoots(schema)) {
            errors.add(FieldError.invalid(
                    at,
                    SchemaForm.schema(schema),
                    "only " + SchemaForm.rootFields()
                            + " fields are allowed at the root of the schema if the status subresource is enabled"));
        }
    }

    private static boolean formerStatus(Object version, Map<String, Object> old) {
        return Trees.list(old, "versions").stream()
                .filter(former -> Trees.deepEquals(Trees.get(former, "name"), Trees.get(version, "name")))
                .anyMatch(former -> Trees.get(former, "subresources", "status") != null);
    }

    private static Object formerSchema(Object version, Map<String, Object> old) {
        for (Object former : Trees.list(old, "versions")) {
            if (Trees.deepEquals(Trees.get(former, "name"), Trees.get(version, "name"))) {
                return Trees.get(former, "schema", "openAPIV3Schema");
            }
        }
        return null;
    }

    static void deprecation(String at, Object version, List<FieldError> errors) {
        if (!(Trees.get(version, "deprecationWarning") instanceof String warning)) return;
        if (!Trees.isTrue(version, "deprecated")) {
            errors.add(FieldError.invalid(at, warning, "can only be set for deprecated versions"));
            return;
        }
        if (warning.getBytes(StandardCharsets.UTF_8).length > 256) {
            errors.add(FieldError.invalid(at, warning, "must be <= 256 characters long"));
        }
        if (warning.isEmpty()) errors.add(FieldError.invalid(at, warning, "must not be an empty string"));
        int index = 0;
        for (int c : warning.codePoints().toArray()) {
            if (!isPrintable(c)) {
                errors.add(FieldError.invalid(
                        at,
                        warning,
                        "must only contain printable UTF-8 characters; non-printable character found at index "
                                + index));
                return;
            }
            index += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /** Whether Go takes a character for one that can be printed. */
    private static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.SPACE_SEPARATOR,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> false;
                    default -> true;
                };
    }

    private static void scale(String at, Object scale, List<FieldError> errors) {
        if (scale == null) return;
        path(at + ".specReplicasPath", Trees.string(scale, "specReplicasPath"), ".spec", errors);
        path(at + ".statusReplicasPath", Trees.string(scale, "statusReplicasPath"), ".status", errors);
        String selector = Trees.string(scale, "labelSelectorPath");
        if (selector == null || selector.isEmpty() || !simple(at + ".labelSelectorPath", selector, errors)) return;
        if (selector.startsWith(".spec.") || selector.startsWith(".status.")) return;
        errors.add(FieldError.invalid(
                at + ".labelSelectorPath", selector, "should be a json path under either .spec or .status"));
    }

    private static void path(String at, String path, String under, List<FieldError> errors) {
        if (path == null || path.isEmpty()) {
            errors.add(FieldError.required(at, ""));
        } else if (simple(at, path, errors) && !path.startsWith(under + ".")) {
            errors.add(FieldError.invalid(at, path, "should be a json path under " + under));
        }
    }

    private static boolean simple(String at, String path, List<FieldError> errors) {
        if (path.startsWith(".")) return true;
        errors.add(FieldError.invalid(at, path, "must be a simple json path starting with ."));
        return false;
    }

    private static void column(String at, Object column, List<FieldError> errors) {
        String name = Trees.string(column, "name");
        if (name == null || name.isEmpty()) errors.add(FieldError.required(at + ".name", ""));
        String type = Trees.string(column, "type");
        String types = "must be one of " + String.join(",", COLUMN_TYPES);
        if (type == null || type.isEmpty()) errors.add(FieldError.required(at + ".type", types));
        else if (!COLUMN_TYPES.contains(type)) errors.add(FieldError.invalid(at + ".type", type, types));
        String format = Trees.string(column, "format");
        if (format != null && !format.isEmpty() && !COLUMN_FORMATS.contains(format)) {
            errors.add(
                    FieldError.invalid(at + ".format", format, "must be one of " + String.join(",", COLUMN_FORMATS)));
        }
        String path = Trees.string(column, "jsonPath");
        if (path == null || path.isEmpty()) errors.add(FieldError.required(at + ".JSONPath", ""));
        else simple(at + ".JSONPath", path, errors);
    }

    private static void selectable(String at, Object version, Map<String, Object> old, List<FieldError> errors) {
        List<Object> fields = Trees.list(version, "selectableFields");
        Map<String, Object> schema = Trees.map(version, "schema", "openAPIV3Schema");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String path = Trees.string(fields.get(i), "jsonPath");
            String place = at + "[" + i + "].jsonPath";
            if (path == null || path.isEmpty()) {
                errors.add(FieldError.required(place, ""));
                continue;
            }
            try {
                selectable(place, path, FieldPath.of(path, schema, false), seen, errors);
            } catch (FieldPath.InvalidException e) {
                errors.add(FieldError.invalid(place, path, "is an invalid path: " + e.getMessage()));
            }
        }
        boolean before = old != null
                && Trees.list(old, "versions").stream()
                        .anyMatch(v -> Trees.deepEquals(Trees.list(v, "selectableFields"), fields));
        if (seen.size() > MAX_SELECTABLE && !before) errors.add(FieldError.tooMany(at, seen.size(), MAX_SELECTABLE));
    }

    private static void selectable(
            String place, String path, FieldPath found, Set<String> seen, List<FieldError> errors) {
        if (found.root().equals("metadata")) {
            errors.add(FieldError.invalid(place, path, "must not point to fields in metadata"));
        }
        String type = Trees.string(found.schema(), "type");
        if (type == null || !List.of("string", "boolean", "integer").contains(type)) {
            errors.add(FieldError.invalid(
                    place,
                    path,
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with"
                            + " formats are allowed."));
        }
        if (!seen.add(found.text())) errors.add(FieldError.duplicate(place, path));
    }
}
