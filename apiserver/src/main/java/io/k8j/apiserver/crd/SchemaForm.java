package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Shows versions and schemas as upstream has them inside, which some of its messages print. Pure functions. */
final class SchemaForm {
    /** Names inside in Go's order, names in the API, and what stands there if nothing does. */
    private static final List<String> FIELDS = List.of(
            "ID id text",
            "Schema $schema text",
            "Ref $ref null",
            "Description description text",
            "Type type text",
            "Nullable nullable flag",
            "Format format text",
            "Title title text",
            "Default default null",
            "Maximum maximum null",
            "ExclusiveMaximum exclusiveMaximum flag",
            "Minimum minimum null",
            "ExclusiveMinimum exclusiveMinimum flag",
            "MaxLength maxLength null",
            "MinLength minLength null",
            "Pattern pattern text",
            "MaxItems maxItems null",
            "MinItems minItems null",
            "UniqueItems uniqueItems flag",
            "MultipleOf multipleOf null",
            "Enum enum null",
            "MaxProperties maxProperties null",
            "MinProperties minProperties null",
            "Required required null",
            "Items items items",
            "AllOf allOf list",
            "OneOf oneOf list",
            "AnyOf anyOf list",
            "Not not schema",
            "Properties properties map",
            "AdditionalProperties additionalProperties other",
            "PatternProperties patternProperties map",
            "Dependencies dependencies null",
            "AdditionalItems additionalItems other",
            "Definitions definitions map",
            "ExternalDocs externalDocs docs",
            "Example example null",
            "XPreserveUnknownFields x-kubernetes-preserve-unknown-fields null",
            "XEmbeddedResource x-kubernetes-embedded-resource flag",
            "XIntOrString x-kubernetes-int-or-string flag",
            "XListMapKeys x-kubernetes-list-map-keys null",
            "XListType x-kubernetes-list-type null",
            "XMapType x-kubernetes-map-type null",
            "XValidations x-kubernetes-validations rules");

    /** What may stand at the root of a schema whose status is written apart. */
    private static final List<String> AT_ROOT = List.of(
            "Description",
            "Type",
            "Format",
            "Title",
            "Maximum",
            "ExclusiveMaximum",
            "Minimum",
            "ExclusiveMinimum",
            "MaxLength",
            "MinLength",
            "Pattern",
            "MaxItems",
            "MinItems",
            "UniqueItems",
            "MultipleOf",
            "Required",
            "Items",
            "Properties",
            "ExternalDocs",
            "Example",
            "XPreserveUnknownFields",
            "XValidations");

    private SchemaForm() {}

    /** Whether a schema has something that may not stand at the root if the status is written apart. */
    static boolean hasMoreThanRoots(Map<String, Object> schema) {
        for (String line : FIELDS) {
            String[] field = line.split(" ");
            Object value = schema.get(field[1]);
            boolean set = value != null
                    && !value.equals("")
                    && !value.equals(Boolean.FALSE)
                    && !(value instanceof List<?> list && list.isEmpty() && !field[0].equals("Enum"));
            if (set && !AT_ROOT.contains(field[0])) return true;
        }
        return false;
    }

    static String rootFields() {
        return "[" + String.join(" ", AT_ROOT) + "]";
    }

    static Object schema(Object tree) {
        if (!(tree instanceof Map<?, ?>)) return null;
        Map<String, Object> schema = Trees.map(tree);
        Map<String, Object> out = new LinkedHashMap<>();
        for (String line : FIELDS) {
            String[] field = line.split(" ");
            out.put(field[0], value(field[2], schema.get(field[1])));
        }
        return out;
    }

    private static Object value(String kind, Object value) {
        return switch (kind) {
            case "text" -> value == null ? "" : value;
            case "flag" -> Boolean.TRUE.equals(value);
            case "schema" -> schema(value);
            case "list" ->
                value instanceof List<?> list
                        ? list.stream().map(SchemaForm::schema).toList()
                        : null;
            case "map" -> {
                if (!(value instanceof Map<?, ?> map)) yield null;
                Map<String, Object> out = new TreeMap<>();
                map.forEach((name, inner) -> out.put(String.valueOf(name), schema(inner)));
                yield out;
            }
            case "items" -> value == null ? null : pair("Schema", schema(value), "JSONSchemas", value("list", value));
            case "other" ->
                value == null ? null : pair("Allows", !Boolean.FALSE.equals(value), "Schema", schema(value));
            case "docs" ->
                value == null ? null : pair("Description", text(value, "description"), "URL", text(value, "url"));
            case "rules" ->
                value instanceof List<?> list
                        ? list.stream().map(rule -> Rule.of(rule).shown()).toList()
                        : null;
            default -> value;
        };
    }

    private static Map<String, Object> pair(String first, Object one, String second, Object other) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put(first, one);
        pair.put(second, other);
        return pair;
    }

    private static String text(Object tree, String field) {
        String text = Trees.string(tree, field);
        return text == null ? "" : text;
    }

    /** The versions of a definition; what all of them share stands elsewhere. */
    static List<Object> versions(List<Object> versions) {
        List<Object> out = new ArrayList<>();
        for (Object version : versions) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("Name", text(version, "name"));
            for (String flag : List.of("Served", "Storage", "Deprecated")) {
                shown.put(flag, Trees.isTrue(version, flag.toLowerCase(Locale.ROOT)));
            }
            shown.put("DeprecationWarning", Trees.string(version, "deprecationWarning"));
            Object schema = VersionChecks.isShared(versions, "schema") ? null : Trees.get(version, "schema");
            Map<String, Object> validation = new LinkedHashMap<>();
            validation.put("OpenAPIV3Schema", schema(Trees.get(schema, "openAPIV3Schema")));
            shown.put("Schema", schema == null ? null : validation);
            for (String part : List.of("Subresources", "AdditionalPrinterColumns", "SelectableFields")) {
                String field = Character.toLowerCase(part.charAt(0)) + part.substring(1);
                shown.put(part, VersionChecks.isShared(versions, field) ? null : capital(Trees.get(version, field)));
            }
            out.add(shown);
        }
        return out;
    }

    private static Object capital(Object tree) {
        if (tree instanceof List<?> list)
            return list.stream().map(SchemaForm::capital).toList();
        if (!(tree instanceof Map<?, ?> map)) return tree;
        Map<String, Object> out = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            out.put(
                    name.equals("jsonPath") ? "JSONPath" : Character.toUpperCase(name.charAt(0)) + name.substring(1),
                    capital(value));
        });
        return out;
    }
}
