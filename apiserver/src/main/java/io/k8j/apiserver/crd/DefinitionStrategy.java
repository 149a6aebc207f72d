package io.k8j.apiserver.crd;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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

    private static void fillNames(Map<String, Object> object) {
        if (!(Trees.get(object, "spec", "names") instanceof Map<?, ?> map)) return;
        Map<String, Object> names = Trees.asMap(map);
        if (!(names.get("kind") instanceof String kind) || kind.isEmpty()) return;
        if (text(names, "singular").isEmpty()) names.put("singular", kind.toLowerCase(Locale.ROOT));
        if (text(names, "listKind").isEmpty()) names.put("listKind", kind + "List");
        Map<String, Object> spec = Trees.map(object, "spec");
        if (spec.get("conversion") == null) spec.put("conversion", new LinkedHashMap<>(Map.of("strategy", "None")));
    }

    // A version that was ever stored stays listed until somebody has migrated its objects.
    private static void storedVersion(Map<String, Object> object) {
        List<Object> stored = new ArrayList<>(Trees.list(object, "status", "storedVersions"));
        for (Object version : Trees.list(object, "spec", "versions")) {
            String name = Trees.string(version, "name");
            if (Trees.isTrue(version, "storage") && name != null && !stored.contains(name)) stored.add(name);
        }
        Trees.set(object, stored, "status", "storedVersions");
    }

    @Override
    public List<FieldError> validate(RequestContext context, Map<String, Object> object) {
        List<FieldError> errors = new ArrayList<>();
        Map<String, Object> spec = Trees.map(object, "spec");
        String name = Trees.string(object, "metadata", "name");
        String required = Trees.string(spec, "names", "plural") + "." + text(spec, "group");
        if (!required.equals(name)) {
            errors.add(FieldError.invalid(
                    "metadata.name", name == null ? "" : name, "must be spec.names.plural+\".\"+spec.group"));
        }
        spec(spec, errors);
        return errors;
    }

    @Override
    public StatusMetadata statusMetadata() {
        return StatusMetadata.STAYS;
    }

    @Override
    public List<FieldError> validateUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>();
        spec(Trees.map(object, "spec"), errors);
        immutable(object, old, errors, "group");
        boolean established = io.k8j.apiserver.subresource.Conditions.is(old, "Established", "True");
        if (established) {
            immutable(object, old, errors, "scope");
            immutable(object, old, errors, "names", "kind");
            immutable(object, old, errors, "names", "plural");
        }
        List<Object> versions = Trees.list(object, "spec", "versions");
        List<Object> stored = Trees.list(object, "status", "storedVersions");
        for (int i = 0; i < stored.size(); i++) {
            Object wanted = stored.get(i);
            if (versions.stream().anyMatch(v -> wanted.equals(Trees.string(v, "name")))) continue;
            errors.add(FieldError.invalid(
                    "status.storedVersions[" + i + "]",
                    wanted,
                    ("missing from spec.versions; %1$s was previously a storage version, and must remain in"
                        + " spec.versions until a storage migration ensures no data remains persisted in %1$s and"
                        + " removes %1$s from status.storedVersions")
                            .formatted(wanted)));
        }
        return errors;
    }

    private static void immutable(
            Map<String, Object> object, Map<String, Object> old, List<FieldError> errors, String... path) {
        Object now = Trees.get(object.get("spec"), path);
        if (Trees.deepEquals(now, Trees.get(old.get("spec"), path))) return;
        errors.add(FieldError.invalid("spec." + String.join(".", path), now, "field is immutable"));
    }

    private static void spec(Map<String, Object> spec, List<FieldError> errors) {
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
        versions(Trees.list(spec, "versions"), errors);
        conversion(Trees.map(spec, "conversion"), errors);
        names(Trees.map(spec, "names"), errors);
    }

    private static void versions(List<Object> versions, List<FieldError> errors) {
        long storing = versions.stream().filter(v -> Trees.isTrue(v, "storage")).count();
        long different =
                versions.stream().map(v -> Trees.string(v, "name")).distinct().count();
        if (different != versions.size()) {
            errors.add(FieldError.invalid("spec.versions", versions, "must contain unique version names"));
        }
        if (storing != 1) {
            errors.add(FieldError.invalid(
                    "spec.versions", versions, "must have exactly one version marked as storage version"));
        }
        for (int i = 0; i < versions.size(); i++) {
            String at = "spec.versions[" + i + "]";
            String name = Trees.string(versions.get(i), "name");
            List<String> wrong = Names.dns1035Label(name == null ? "" : name);
            if (!wrong.isEmpty()) {
                errors.add(FieldError.invalid(at + ".name", name == null ? "" : name, String.join(",", wrong)));
            }
            Object schema = Trees.get(versions.get(i), "schema", "openAPIV3Schema");
            if (schema instanceof Map<?, ?> map) {
                errors.addAll(SchemaRules.check(at + ".schema.openAPIV3Schema", Trees.asMap(map)));
            } else {
                errors.add(FieldError.required(at + ".schema.openAPIV3Schema", ""));
            }
            scale(at + ".subresources.scale", Trees.get(versions.get(i), "subresources", "scale"), errors);
        }
    }

    private static void conversion(Map<String, Object> conversion, List<FieldError> errors) {
        String strategy = text(conversion, "strategy");
        if (strategy.isEmpty()) return;
        if (!strategy.equals("None") && !strategy.equals("Webhook")) {
            errors.add(FieldError.notSupported("spec.conversion.strategy", strategy, List.of("None", "Webhook")));
        }
        Map<String, Object> config = Trees.map(conversion, "webhook", "clientConfig");
        if (strategy.equals("Webhook") && config.isEmpty()) {
            errors.add(FieldError.required(
                    "spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"));
        } else if (strategy.equals("Webhook") && (config.get("url") == null) == (config.get("service") == null)) {
            errors.add(FieldError.required(
                    "spec.conversion.webhookClientConfig", "exactly one of url or service is required"));
        }
        if (strategy.equals("Webhook")
                && Trees.list(conversion, "webhook", "conversionReviewVersions").isEmpty()) {
            errors.add(FieldError.required("spec.conversion.conversionReviewVersions", ""));
        }
    }

    private static void scale(String at, Object scale, List<FieldError> errors) {
        if (scale == null) return;
        path(at + ".specReplicasPath", Trees.string(scale, "specReplicasPath"), ".spec", errors);
        path(at + ".statusReplicasPath", Trees.string(scale, "statusReplicasPath"), ".status", errors);
    }

    private static void path(String at, String path, String under, List<FieldError> errors) {
        if (path == null || path.isEmpty()) {
            errors.add(FieldError.required(at, ""));
        } else if (!path.startsWith(under + ".")) {
            errors.add(FieldError.invalid(at, path, "should be a json path under " + under));
        }
    }

    private static void names(Map<String, Object> names, List<FieldError> errors) {
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            String value = text(names, field);
            if (value.isEmpty()) {
                errors.add(FieldError.required("spec.names." + field, ""));
                continue;
            }
            List<String> wrong = Names.dns1035Label(value.toLowerCase(Locale.ROOT));
            boolean lower = field.equals("plural") || field.equals("singular");
            if (lower) wrong = Names.dns1035Label(value);
            if (wrong.isEmpty()) continue;
            String words = String.join(",", wrong);
            errors.add(FieldError.invalid(
                    "spec.names." + field,
                    value,
                    lower ? words : "may have mixed case, but should otherwise match: " + words));
        }
        if (!text(names, "kind").isEmpty() && text(names, "kind").equals(text(names, "listKind"))) {
            errors.add(FieldError.invalid(
                    "spec.names.listKind", text(names, "listKind"), "kind and listKind may not be the same"));
        }
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
