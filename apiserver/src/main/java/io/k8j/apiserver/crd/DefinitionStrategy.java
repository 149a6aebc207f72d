package io.k8j.apiserver.crd;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.model.api.FieldError;
import io.k8j.model.cel.functions.TextFormats;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The rules of CustomResourceDefinitions themselves. */
public final class DefinitionStrategy implements ResourceStrategy {
    @Override
    public void prepareForCreate(RequestContext context, Map<String, Object> object) {
        fillNames(object);
        object.remove("status");
        storedVersion(object);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        fillNames(object);
        storedVersion(object);
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return false;
    }

    private static void fillNames(Map<String, Object> object) {
        if (!(Trees.get(object, "spec", "names") instanceof Map<?, ?> map)) return;
        Map<String, Object> names = Trees.asMap(map);
        if (!(names.get("kind") instanceof String kind) || kind.isEmpty()) return;
        if (isEmpty(names, "singular")) names.put("singular", kind.toLowerCase(Locale.ROOT));
        if (isEmpty(names, "listKind")) names.put("listKind", kind + "List");
        Map<String, Object> spec = Trees.map(object, "spec");
        if (spec.get("conversion") == null) spec.put("conversion", new LinkedHashMap<>(Map.of("strategy", "None")));
    }

    private static boolean isEmpty(Map<String, Object> map, String field) {
        return !(map.get(field) instanceof String s) || s.isEmpty();
    }

    // A version that was ever stored stays listed until somebody has migrated its objects.
    private static void storedVersion(Map<String, Object> object) {
        List<Object> stored = new ArrayList<>(Trees.list(object, "status", "storedVersions"));
        for (Object version : Trees.list(object, "spec", "versions")) {
            String name = Trees.string(version, "name");
            if (!Trees.isTrue(version, "storage") || name == null) continue;
            if (!stored.contains(name)) stored.add(name);
            break;
        }
        Trees.set(object, stored, "status", "storedVersions");
    }

    @Override
    public List<FieldError> validate(RequestContext context, Map<String, Object> object) {
        List<FieldError> errors = new ArrayList<>();
        Map<String, Object> spec = Trees.map(object, "spec");
        String name = Trees.string(object, "metadata", "name");
        String required = Trees.string(spec, "names", "plural") + "." + Trees.string(spec, "group");
        if (name != null && !name.isEmpty()) {
            for (String wrong : Names.dns1123Subdomain(name)) {
                errors.add(FieldError.invalid("metadata.name", name, wrong));
            }
            if (!required.equals(name)) {
                errors.add(FieldError.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
            }
        }
        DefinitionRules.check(spec, null, errors);
        ConversionRules.check(spec, null, true, errors);
        DefinitionRules.storedVersions(object, errors);
        approval(object, null, errors);
        preserving(spec, null, errors);
        return errors;
    }

    @Override
    public List<FieldError> validateUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>();
        Map<String, Object> spec = Trees.map(object, "spec");
        Map<String, Object> oldSpec = Trees.map(old, "spec");
        DefinitionRules.check(spec, oldSpec, errors);
        ConversionRules.check(spec, oldSpec, !Conditions.is(old, "Established", "True"), errors);
        if (Conditions.is(old, "Established", "True")) {
            immutable(spec, oldSpec, errors, "scope");
            immutable(spec, oldSpec, errors, "names", "kind");
        }
        immutable(spec, oldSpec, errors, "group");
        immutable(spec, oldSpec, errors, "names", "plural");
        DefinitionRules.names("status.acceptedNames", Trees.map(object, "status", "acceptedNames"), errors);
        DefinitionRules.storedVersions(object, errors);
        approval(object, old, errors);
        preserving(spec, oldSpec, errors);
        return errors;
    }

    @Override
    public List<FieldError> validateStatusUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>();
        DefinitionRules.names("status.acceptedNames", Trees.map(object, "status", "acceptedNames"), errors);
        return errors;
    }

    private static void immutable(
            Map<String, Object> spec, Map<String, Object> old, List<FieldError> errors, String... path) {
        Object now = Trees.get(spec, path);
        if (Trees.deepEquals(now, Trees.get(old, path))) return;
        errors.add(FieldError.invalid("spec." + String.join(".", path), now, "field is immutable"));
    }

    private static void approval(Map<String, Object> object, Map<String, Object> old, List<FieldError> errors) {
        if (!ApiApproval.isNeeded(object)) return;
        ApiApproval approval = ApiApproval.of(object);
        if (old != null && ApiApproval.of(old).state() == approval.state()) return;
        String field = "metadata.annotations[" + ApiApproval.ANNOTATION + "]";
        switch (approval.state()) {
            case MISSING -> errors.add(FieldError.required(field, approval.reason()));
            case INVALID -> errors.add(FieldError.invalid(field, approval.annotation(), approval.reason()));
            case APPROVED, BYPASSED -> {}
        }
    }

    private static void preserving(Map<String, Object> spec, Map<String, Object> old, List<FieldError> errors) {
        if (old != null && Trees.isTrue(old, "preserveUnknownFields")) return;
        if (!Trees.isTrue(spec, "preserveUnknownFields")) return;
        errors.add(FieldError.invalid(
                "spec.preserveUnknownFields",
                true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema"
                        + " instead"));
    }

    @Override
    public List<String> warnings(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        Set<String> known = new LinkedHashSet<>();
        if (old != null) unknownFormats(old, known);
        Set<String> unknown = new LinkedHashSet<>();
        unknownFormats(object, unknown);
        unknown.removeAll(known);
        return unknown.stream()
                .map(f -> "unrecognized format " + GoText.quote(f))
                .toList();
    }

    private static void unknownFormats(Map<String, Object> object, Set<String> found) {
        for (Object version : Trees.list(object, "spec", "versions")) {
            formats(Trees.get(version, "schema", "openAPIV3Schema"), found);
        }
    }

    private static void formats(Object schema, Set<String> found) {
        if (!(schema instanceof Map<?, ?> map)) return;
        if (map.get("format") instanceof String format && !format.isEmpty()) {
            boolean known = switch (map.get("type") instanceof String type ? type : "") {
                case "", "string" -> TextFormats.isSupported(format);
                case "integer" -> List.of("int32", "int64").contains(format);
                case "number" -> List.of("float", "double").contains(format);
                default -> false;
            };
            if (!known) found.add(format);
        }
        formats(map.get("items"), found);
        for (String list : List.of("allOf", "anyOf", "oneOf")) {
            Trees.list(map, list).forEach(part -> formats(part, found));
        }
        formats(map.get("not"), found);
        StructuralRules.properties(Trees.asMap(map)).values().forEach(property -> formats(property, found));
        formats(map.get("additionalProperties"), found);
    }
}
