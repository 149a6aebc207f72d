package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks the spec of a definition. Errors are in upstream's words and name upstream's places. */
final class DefinitionRules {
    private DefinitionRules() {}

    /** @param old the former spec; null on create */
    static void check(Map<String, Object> spec, Map<String, Object> old, List<FieldError> errors) {
        String group = text(spec, "group");
        if (group.isEmpty()) {
            errors.add(FieldError.required("spec.group", ""));
        } else if (!Names.dns1123Subdomain(group).isEmpty()) {
            errors.add(FieldError.invalid("spec.group", group, String.join(",", Names.dns1123Subdomain(group))));
        } else if (!group.contains(".")) {
            errors.add(FieldError.invalid("spec.group", group, "should be a domain with at least one dot"));
        }
        String scope = text(spec, "scope");
        if (scope.isEmpty()) {
            errors.add(FieldError.required("spec.scope", ""));
        } else if (!scope.equals("Cluster") && !scope.equals("Namespaced")) {
            errors.add(FieldError.notSupported("spec.scope", scope, List.of("Cluster", "Namespaced")));
        }
        List<Object> versions = Trees.list(spec, "versions");
        versions(versions, old, errors);
        if (versions.stream().filter(v -> Trees.isTrue(v, "storage")).count() != 1) {
            boolean given = spec.get("versions") instanceof List;
            errors.add(FieldError.invalid(
                    "spec.versions",
                    given ? SchemaForm.versions(versions) : null,
                    "must have exactly one version marked as storage version"));
        }
        firstName(versions, errors);
        Map<String, Object> names = Trees.map(spec, "names");
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            if (text(names, field).isEmpty()) errors.add(FieldError.required("spec.names." + field, ""));
        }
        names("spec.names", names, errors);
        VersionChecks.shared(versions, old, errors);
    }

    /** Everything wrong with names, those of the spec or those of the status. */
    static void names(String at, Map<String, Object> names, List<FieldError> errors) {
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            String value = text(names, field);
            if (value.isEmpty()) continue;
            boolean lower = field.equals("plural") || field.equals("singular");
            List<String> wrong = Names.dns1035Label(lower ? value : value.toLowerCase(Locale.ROOT));
            if (wrong.isEmpty()) continue;
            String words = String.join(",", wrong);
            if (!lower) words = "may have mixed case, but should otherwise match: " + words;
            errors.add(FieldError.invalid(at + "." + field, value, words));
        }
        labels(at, names, "shortNames", errors);
        String kind = text(names, "kind");
        if (!kind.isEmpty() && kind.equals(text(names, "listKind"))) {
            errors.add(FieldError.invalid(at + ".listKind", kind, "kind and listKind may not be the same"));
        }
        labels(at, names, "categories", errors);
    }

    private static void versions(List<Object> versions, Map<String, Object> old, List<FieldError> errors) {
        for (int i = 0; i < versions.size(); i++) {
            if (!(Trees.get(versions.get(i), "schema", "openAPIV3Schema") instanceof Map)) {
                errors.add(FieldError.required("spec.versions[" + i + "].schema.openAPIV3Schema", ""));
            }
        }
        for (int i = 0; i < versions.size(); i++) {
            String at = "spec.versions[" + i + "]";
            String name = Trees.string(versions.get(i), "name");
            List<String> wrong = Names.dns1035Label(name == null ? "" : name);
            if (!wrong.isEmpty()) {
                errors.add(FieldError.invalid(at + ".name", name == null ? "" : name, String.join(",", wrong)));
            }
            VersionChecks.deprecation(at + ".deprecationWarning", versions.get(i), errors);
            VersionChecks.own(versions, i, old, errors);
        }
        long different =
                versions.stream().map(v -> Trees.string(v, "name")).distinct().count();
        if (different != versions.size()) {
            Object shown = SchemaForm.versions(versions);
            errors.add(FieldError.invalid("spec.versions", shown, "must contain unique version names"));
        }
    }

    private static void firstName(List<Object> versions, List<FieldError> errors) {
        // Upstream keeps the first version's name in a field of its own.
        String first = versions.isEmpty() ? null : Trees.string(versions.getFirst(), "name");
        List<String> wrong = first == null || first.isEmpty() ? List.of() : Names.dns1035Label(first);
        if (!wrong.isEmpty()) errors.add(FieldError.invalid("spec.version", first, String.join(",", wrong)));
    }

    private static void labels(String at, Map<String, Object> names, String field, List<FieldError> errors) {
        List<Object> values = Trees.list(names, field);
        for (int i = 0; i < values.size(); i++) {
            List<String> wrong = Names.dns1035Label(String.valueOf(values.get(i)));
            if (wrong.isEmpty()) continue;
            errors.add(FieldError.invalid(at + "." + field + "[" + i + "]", values.get(i), String.join(",", wrong)));
        }
    }

    /** The versions that objects may be stored in have to stay defined. */
    static void storedVersions(Map<String, Object> object, List<FieldError> errors) {
        List<Object> stored = Trees.list(object, "status", "storedVersions");
        if (stored.isEmpty()) {
            errors.add(FieldError.invalid("status.storedVersions", null, "must have at least one stored version"));
            return;
        }
        Set<Object> defined = new HashSet<>();
        for (Object version : Trees.list(object, "spec", "versions")) {
            Object name = Trees.string(version, "name");
            defined.add(name);
            if (!Trees.isTrue(version, "storage") || stored.contains(name)) continue;
            errors.add(FieldError.invalid("status.storedVersions", stored, "must have the storage version " + name));
        }
        for (int i = 0; i < stored.size(); i++) {
            if (defined.contains(stored.get(i))) continue;
            errors.add(FieldError.invalid(
                    "status.storedVersions[" + i + "]",
                    stored.get(i),
                    ("missing from spec.versions; %1$s was previously a storage version, and must remain in"
                                    + " spec.versions until a storage migration ensures no data remains persisted in %1$s and"
                                    + " removes %1$s from status.storedVersions")
                            .formatted(stored.get(i))));
        }
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
