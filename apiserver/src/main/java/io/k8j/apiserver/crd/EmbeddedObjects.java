package io.k8j.apiserver.crd;

import io.k8j.apiserver.meta.MetadataRules;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import io.k8j.model.schema.WrongTypeException;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whole objects inside of custom resources, which a schema marks with {@code x-kubernetes-embedded-resource}: their
 * metadata is read and checked as that of any object.
 */
final class EmbeddedObjects {
    private static final Schema METADATA = Schemas.type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private EmbeddedObjects() {}

    /** Whether a schema has any. */
    static boolean in(Map<String, Object> schema) {
        if (isMarked(schema)) return true;
        if (schema.get("items") instanceof Map<?, ?> items && in(Trees.asMap(items))) return true;
        if (schema.get("additionalProperties") instanceof Map<?, ?> other && in(Trees.asMap(other))) return true;
        return StructuralRules.properties(schema).values().stream().anyMatch(EmbeddedObjects::in);
    }

    private static boolean isMarked(Map<String, Object> schema) {
        return Trees.isTrue(schema, "x-kubernetes-embedded-resource");
    }

    /**
     * Drops what no metadata has, in place.
     *
     * @param lenient whether values of a wrong type are dropped, too, as befits what is stored already
     * @return one {@code unknown field "spec.template.metadata.x"} for each field dropped, sorted
     * @throws WrongTypeException if a value of a wrong type may not be dropped
     */
    static List<String> coerce(Map<String, Object> schema, Object value, boolean lenient) {
        List<String> unknown = new ArrayList<>();
        walk("", schema, value, false, (at, object) -> metadata(at, object, lenient, unknown));
        Collections.sort(unknown);
        return unknown;
    }

    /**
     * Everything wrong with apiVersion, kind and metadata.
     *
     * @param at where the value stands
     * @param whole whether it is one itself, whatever its schema says
     */
    static List<FieldError> check(String at, Map<String, Object> schema, Object value, boolean whole) {
        List<FieldError> errors = new ArrayList<>();
        walk(at, schema, value, whole, (place, object) -> check(place, object, errors));
        return errors;
    }

    private interface Visitor {
        void visit(String at, Map<String, Object> object);
    }

    private static void walk(String at, Map<String, Object> schema, Object value, boolean whole, Visitor visitor) {
        if (value instanceof List<?> list && schema.get("items") instanceof Map<?, ?> items) {
            for (int i = 0; i < list.size(); i++) {
                walk(at + "[" + i + "]", Trees.asMap(items), list.get(i), false, visitor);
            }
        }
        if (!(value instanceof Map<?, ?> map)) return;
        if (whole || isMarked(schema)) visitor.visit(at, Trees.asMap(map));
        Map<String, Object> properties = Trees.map(schema, "properties");
        Trees.asMap(map).forEach((name, child) -> {
            if (properties.get(name) instanceof Map<?, ?> inner) {
                walk(place(at, name), Trees.asMap(inner), child, false, visitor);
            } else if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
                walk(at + "[" + name + "]", Trees.asMap(other), child, false, visitor);
            }
        });
    }

    private static String place(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    private static void metadata(String at, Map<String, Object> object, boolean lenient, List<String> unknown) {
        for (String field : List.of("apiVersion", "kind")) {
            Object value = object.get(field);
            if (!object.containsKey(field) || value instanceof String) continue;
            if (!lenient) throw refused(FieldError.invalid(place(at, field), value, "must be a string"));
            object.remove(field);
        }
        if (!object.containsKey("metadata")) return;
        Object metadata = object.get("metadata");
        try {
            StrictDecoder.Decoded decoded = decoded(metadata);
            for (String problem : decoded.problems()) {
                unknown.add(problem.replace("unknown field \"", "unknown field \"" + place(at, "metadata") + "."));
            }
            object.put("metadata", decoded.object());
        } catch (WrongTypeException e) {
            if (!lenient) throw refused(FieldError.invalid(place(at, "metadata"), metadata, e.getMessage()));
            if (metadata instanceof Map<?, ?> fields) object.put("metadata", fitting(Trees.asMap(fields)));
        }
    }

    private static WrongTypeException refused(FieldError error) {
        return new WrongTypeException(error.toString());
    }

    /**
     * Reads metadata.
     *
     * @throws WrongTypeException if it is none
     */
    static StrictDecoder.Decoded decoded(Object metadata) {
        if (metadata == null) return new StrictDecoder.Decoded(new LinkedHashMap<>(), List.of());
        if (metadata instanceof Map<?, ?> fields) return StrictDecoder.decode(METADATA, Trees.asMap(fields));
        String type = metadata instanceof List ? "array" : metadata instanceof String ? "string" : "number";
        throw new WrongTypeException("json: cannot unmarshal %s into Go value of type v1.ObjectMeta"
                .formatted(metadata instanceof Boolean ? "bool" : type));
    }

    /** What of some metadata can be read, if need be field by field. */
    static Map<String, Object> fitting(Map<String, Object> metadata) {
        try {
            return StrictDecoder.decode(METADATA, metadata).object();
        } catch (WrongTypeException e) {
            return readable(metadata);
        }
    }

    private static Map<String, Object> readable(Map<String, Object> metadata) {
        Map<String, Object> fitting = new LinkedHashMap<>();
        metadata.forEach((name, value) -> {
            try {
                Map<String, Object> field = new LinkedHashMap<>();
                field.put(name, value);
                fitting.putAll(StrictDecoder.decode(METADATA, field).object());
            } catch (WrongTypeException e) {
                fitting.remove(name); // it is this field that does not fit, and the others are kept
            }
        });
        return fitting;
    }

    private static void check(String at, Map<String, Object> object, List<FieldError> errors) {
        for (String field : List.of("apiVersion", "kind")) {
            if (!object.containsKey(field)) errors.add(FieldError.required(place(at, field), ""));
        }
        object.forEach((field, value) -> {
            switch (field) {
                case "apiVersion" -> typeText(place(at, field), value, EmbeddedObjects::versionFault, errors);
                case "kind" -> typeText(place(at, field), value, EmbeddedObjects::kindFault, errors);
                case "metadata" -> {
                    if (!(value instanceof Map<?, ?> metadata)) return;
                    for (FieldError error : MetadataRules.embedded(Trees.asMap(metadata))) {
                        errors.add(new FieldError(error.type(), place(at, error.field()), error.message()));
                    }
                }
                default -> {} // what else it has is the affair of its schema
            }
        });
    }

    private interface Fault {
        /** What is wrong; empty if nothing is. */
        String of(String text);
    }

    private static void typeText(String at, Object value, Fault fault, List<FieldError> errors) {
        String why = !(value instanceof String text)
                ? "must be a string"
                : text.isEmpty() ? "must not be empty" : fault.of(text);
        if (!why.isEmpty()) errors.add(FieldError.invalid(at, value, why));
    }

    private static String versionFault(String version) {
        boolean wrong = version.chars().filter(c -> c == '/').count() > 1;
        return wrong ? "unexpected GroupVersion string: " + version : "";
    }

    private static String kindFault(String kind) {
        List<String> wrong = Names.dns1035Label(kind.toLowerCase(Locale.ROOT));
        return wrong.isEmpty() ? "" : "may have mixed case, but should otherwise match: " + String.join(",", wrong);
    }
}
